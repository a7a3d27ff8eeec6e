package dev.meanwhile.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Models as lines of the server's configuration file, which is one of Java properties. */
final class ModelLines {
    private static final int LONGEST_NAME = 64;

    private ModelLines() {}

    /** A block for each model; those whose name the server would refuse are told in a comment. */
    static List<String> of(URI base, List<String> ids, @Nullable String keyVariable) {
        List<String> lines = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (String id : ids) {
            if (!id.matches("[!-~]{1,200}")) {
                lines.add("# left out, since its name has other than printable ASCII characters: "
                        + EscapeFilter.line(id));
                continue;
            }
            String name = unique(id, taken);
            if (taken.size() == 1 && ids.size() > 1) {
                lines.add("default-model=" + name);
            }
            String prefix = "model." + name + ".";
            lines.add(prefix + "adapter=openai");
            lines.add(prefix + "url=" + base);
            lines.add(prefix + "name=" + id.replace("\\", "\\\\"));
            if (keyVariable != null) {
                lines.add(prefix + "key-env=" + keyVariable);
            }
        }
        return lines;
    }

    /** The last part of a path, in letters that a name may have; a colon may, but would end a key of the file. */
    private static String unique(String id, Set<String> taken) {
        String last = id.substring(id.lastIndexOf('/') + 1)
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceAll("^[^A-Za-z0-9]+", "");
        String name = cut(last.isEmpty() ? "model" : last, LONGEST_NAME);
        String tried = name;
        for (int n = 2; !taken.add(tried.toLowerCase(Locale.ROOT)); n++) {
            tried = cut(name, LONGEST_NAME - 6) + "-" + n;
        }
        return tried;
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}
