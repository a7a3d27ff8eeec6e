package dev.meanwhile.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where profiles are kept. */
final class ProfileFile {
    private static final long LARGEST_BYTES = 1 << 20;
    private final Path file;

    ProfileFile(Function<String, @Nullable String> environment) {
        this.file = Folders.own(environment, "XDG_CONFIG_HOME", ".config").resolve("profiles.properties");
    }

    Path path() {
        return file;
    }

    /** None if there is no file. */
    Profiles read() {
        try {
            if (Files.size(file) > LARGEST_BYTES) {
                throw new UserError(file + " is larger than 1 MiB, so it is no file of profiles; move it away");
            }
            return Profiles.parse(Files.readAllLines(file));
        } catch (NoSuchFileException e) {
            return Profiles.none();
        } catch (Profiles.Damage e) {
            throw new UserError(file + ":" + e.getMessage() + "; mend the line, or remove the file");
        } catch (IOException e) {
            throw new UserError("can't read the profiles in " + file + ": " + why(e));
        }
    }

    /** Changes what there is; two at once come one after the other. Returns what there was. */
    Profiles change(UnaryOperator<Profiles> change) throws InterruptedException {
        try {
            return PrivateFile.alone(file, () -> {
                Profiles before = read();
                PrivateFile.replace(file, change.apply(before).lines());
                return before;
            });
        } catch (IOException e) {
            throw new UserError("can't write the profiles to " + file + ": " + why(e));
        }
    }

    private static String why(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "this user may not";
            case java.nio.charset.CharacterCodingException broken -> "it is not in UTF-8";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> "is it a file, and is there space?";
        };
    }
}
