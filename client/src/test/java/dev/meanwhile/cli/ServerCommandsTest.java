package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is completed behind {@code serve} is what the server takes. */
final class ServerCommandsTest {
    /** Planted: a setting less; found red. */
    @Test
    void theServersSettingsAreThoseOfItsDocument() throws IOException {
        Pattern row = Pattern.compile("\\| `([^`]+)` \\| .*? \\| .*? \\| (.*?) \\| (.*) \\|");
        List<String> settings = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "configuration.md"))) {
            Matcher setting = row.matcher(line);
            if (setting.matches() && !setting.group(1).startsWith("model.NAME.")) {
                settings.add(String.join("\t", setting.group(1), kind(setting.group(2)), setting.group(3)));
            }
        }
        Path fresh = Files.createDirectories(Path.of("target")).resolve(ServerCommands.SETTINGS);
        Files.write(fresh, settings);
        Path known = Path.of("src/main/resources/dev/meanwhile/cli").resolve(ServerCommands.SETTINGS);
        assertEquals(settings, Files.readAllLines(known), () -> "copy " + fresh + " to " + known);
        assertTrue(settings.size() > 40);
    }

    private static String kind(String allowed) {
        if (allowed.startsWith("one of ")) {
            return allowed.substring("one of ".length()).replace(", ", ",");
        }
        return allowed.equals("true or false") ? "flag" : allowed.startsWith("a path") ? "file" : "any";
    }
}
