package dev.meanwhile.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    private static final List<Setting<?>> LISTED = ConfigTable.SECTIONS.stream()
            .<Setting<?>>flatMap(section -> section.settings().stream())
            .toList();

    @Test
    void everySettingOfTheTableIsListedOnce() throws IllegalAccessException {
        List<Setting<?>> declared = new ArrayList<>(ConfigTable.COMPONENT_LEVELS);
        for (Field field : ConfigTable.class.getDeclaredFields()) {
            if (field.getType() == Setting.class) {
                declared.add((Setting<?>) field.get(null));
            }
        }
        assertEquals(new HashSet<>(declared), new HashSet<>(LISTED));
        assertEquals(declared.size(), LISTED.size());
    }

    @Test
    void noTwoSettingsShareAVariable() {
        Set<String> variables = new HashSet<>();
        for (Setting<?> setting : LISTED) {
            String variable = setting.variable();
            assertTrue(variable == null || variables.add(variable), setting.name());
            // Else model.NAME.x could be read as a model with a dot in its name.
            assertTrue(!setting.isOfModel() || !setting.suffix().contains("."), setting.name());
        }
    }

    /** Planted: a description changed without the page. */
    @Test
    void thePageInDocsIsUpToDate() throws IOException {
        Path fresh = Files.writeString(Path.of("target", "configuration.md"), ConfigReference.markdown());
        assertEquals(
                Files.readString(fresh),
                Files.readString(Path.of("..", "docs", "configuration.md")),
                "run: cp server/target/configuration.md docs/");
    }

    @Test
    void helpAndReferenceShowEverySetting() {
        String help = ConfigReference.help();
        String markdown = ConfigReference.markdown();
        for (Setting<?> setting : LISTED) {
            assertTrue(help.contains("\n  --" + setting.name()), setting.name());
            assertTrue(markdown.contains("\n| `" + setting.name() + "` | "), setting.name());
        }
        assertTrue(help.lines().allMatch(line -> line.length() <= 100), help);
        // A bar in a cell would start another one.
        long cells = markdown.lines()
                .filter(line -> line.startsWith("| `"))
                .filter(line -> line.chars().filter(c -> c == '|').count() != 6)
                .count();
        assertEquals(0, cells, markdown);
        assertTrue(
                markdown.contains("| `workers` | `MEANWHILE_WORKERS` | 8 | a whole number from 1 to 1024 |"), markdown);
    }
}
