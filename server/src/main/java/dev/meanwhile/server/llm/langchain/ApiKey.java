package dev.meanwhile.server.llm.langchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The secret of a provider. Never prints itself; only this package reads it. */
public final class ApiKey {
    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final String secret;

    private ApiKey(String secret, String source) {
        this.secret = secret.strip();
        // Anything else could forge a header, and no provider hands it out.
        boolean plain = this.secret.chars().allMatch(c -> c > ' ' && c < 127);
        if (this.secret.isEmpty() || !plain || this.secret.length() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    source + " must hold one key: 1 to " + MAX_BYTES + " printable ASCII characters without spaces");
        }
    }

    /** The environment is handed in as {@code System::getenv}, so that one place reads it. */
    public static ApiKey fromEnvironment(String variable, Function<String, @Nullable String> environment) {
        String value = environment.apply(variable);
        if (value == null) {
            throw new IllegalArgumentException("environment variable " + variable + " is not set");
        }
        return new ApiKey(value, "environment variable " + variable);
    }

    /** Refuses a file that anybody but its owner may read, write or run. */
    public static ApiKey fromFile(Path file) {
        try {
            if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                throw new IllegalArgumentException("key file " + file + " is open to others; run: chmod 600 " + file);
            }
            byte[] content;
            try (var in = Files.newInputStream(file)) {
                content = in.readNBytes(MAX_BYTES + 2);
            }
            return new ApiKey(new String(content, StandardCharsets.UTF_8), "key file " + file);
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalArgumentException("key file " + file + " can't be read: " + e, e);
        }
    }

    String secret() {
        return secret;
    }

    /** The text with every occurrence of the key taken out. */
    String redact(String text) {
        return text.replace(secret, "[key]");
    }

    @Override
    public String toString() {
        return "[key]";
    }
}
