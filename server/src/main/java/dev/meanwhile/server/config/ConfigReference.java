package dev.meanwhile.server.config;

import java.util.ArrayList;
import java.util.List;

/** The table for people: as {@code --help} and as a page of the documentation. */
public final class ConfigReference {
    private static final String HELP_START = """
            Every setting is a flag (--workers 8), an environment variable (MEANWHILE_WORKERS=8) and a line of
            the file named by --config (workers=8); the first of them that is given holds.
            """;
    private static final String PAGE_START = """
            # Configuration

            Every setting can be given in three ways; the first that is given holds: a flag (`--workers 8` or \
            `--workers=8`), an environment variable (`MEANWHILE_WORKERS=8`; empty counts as not set), a line of the \
            file named by `--config` or `MEANWHILE_CONFIG` (`workers=8`; Java properties in UTF-8).

            Settings of a model (`model.NAME.*`, NAME is its name here) come only from the file and from flags: in the \
            capitals of an environment variable NAME would be ambiguous. NAME may have dots, since a setting has none: \
            of `model.qwen2.5.url` it is `qwen2.5`. In the file a colon in NAME is written `\\:`. Without any of them \
            there is one simulated model named `simulated`.

            Durations are written `300ms`, `15s`, `10m`, `2h`; sizes `512B`, `8KiB`, `1MiB`.
            """;
    private static final int WIDTH = 100;
    private static final String INDENT = "      ";

    private ConfigReference() {}

    /** The text of {@code --help}. */
    public static String help() {
        StringBuilder out = new StringBuilder(HELP_START);
        for (ConfigTable.Section section : ConfigTable.SECTIONS) {
            out.append('\n').append(section.title()).append('\n');
            for (Setting<?> setting : section.settings()) {
                out.append("  --").append(setting.name());
                if (!setting.kind().placeholder().isEmpty()) {
                    out.append(' ').append(setting.kind().placeholder());
                }
                out.append('\n');
                wrap(setting.description() + " Default: " + setting.defaultWords() + ".")
                        .forEach(line -> out.append(INDENT).append(line).append('\n'));
            }
        }
        return out.toString();
    }

    /** The reference in Markdown. */
    public static String markdown() {
        StringBuilder out = new StringBuilder(PAGE_START);
        for (ConfigTable.Section section : ConfigTable.SECTIONS) {
            out.append("\n## ").append(section.title()).append("\n\n");
            out.append("| key | environment | default | allowed | what it is |\n|---|---|---|---|---|\n");
            for (Setting<?> setting : section.settings()) {
                String variable = setting.variable();
                out.append("| `").append(setting.name()).append("` | ");
                out.append(variable == null ? "" : "`" + variable + "`").append(" | ");
                out.append(setting.defaultWords()).append(" | ");
                out.append(setting.kind().allowed()).append(" | ");
                out.append(setting.description()).append(" |\n");
            }
        }
        return out.toString();
    }

    private static List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && INDENT.length() + line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
