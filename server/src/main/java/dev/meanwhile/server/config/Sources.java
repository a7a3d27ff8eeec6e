package dev.meanwhile.server.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The three places settings come from. Each answers with known keys only. */
final class Sources {
    private static final String VARIABLE_PREFIX = "MEANWHILE_";

    /** Those of the command line and of the launcher. */
    private static final Set<String> OF_COMMANDS =
            Set.of("MEANWHILE_SERVER", "MEANWHILE_WORKSPACE", "MEANWHILE_PROFILE", "MEANWHILE_JAVA_OPTS");

    /** Made by container platforms for a service of the name meanwhile. */
    private static final Pattern OF_PLATFORMS =
            Pattern.compile("MEANWHILE_(SERVICE_HOST|SERVICE_PORT.*|PORT|PORT_[0-9]+_(TCP|UDP).*)");

    private static final Pattern COLON_IN_MODEL = Pattern.compile("(model\\.[\\w.-]+(:[\\w.-]+)+\\.[a-z-]+)\\s*=.*");

    private Sources() {}

    /** {@code --key value} or {@code --key=value}; of a flag given twice the last one holds. */
    static Map<String, Given> flags(List<String> args, Mistakes mistakes) {
        Map<String, Given> flags = new LinkedHashMap<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!arg.startsWith("--") || arg.length() == 2) {
                mistakes.add(
                        "argument " + arg,
                        "unexpected argument " + Given.shown(arg)
                                + ": settings are flags, --key value or --key=value; --help lists them");
                continue;
            }
            int equals = arg.indexOf('=');
            String key = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
            Setting<?> setting = KeyLookup.byKey(key);
            boolean valueFollows =
                    equals < 0 && i + 1 < args.size() && !args.get(i + 1).startsWith("--");
            if (setting == null) {
                mistakes.addUnknown(key, key, "--" + bare(key) + " " + KeyLookup.whyUnknown(key, "--"));
                i += valueFollows ? 1 : 0;
            } else if (equals >= 0) {
                flags.put(key, new Given(arg.substring(equals + 1), "flag --" + key));
            } else if (setting.kind().placeholder().isEmpty()) {
                flags.put(key, new Given("true", "flag --" + key));
            } else if (valueFollows) {
                flags.put(key, new Given(args.get(++i), "flag --" + key));
            } else {
                mistakes.add(
                        key,
                        "--" + key + " needs a value: expected "
                                + setting.kind().allowed());
            }
        }
        return flags;
    }

    /** {@code MEANWHILE_WORKERS}; an empty one counts as not set. */
    static Map<String, Given> variables(Map<String, String> environment) {
        Map<String, Given> variables = new LinkedHashMap<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            Setting<?> setting = value.isEmpty() ? null : KeyLookup.byVariable(name);
            if (setting != null) {
                variables.put(setting.name(), new Given(value, "environment variable " + name));
            }
        });
        return variables;
    }

    /**
     * A word for each variable that looks like ours and is nobody's. None is refused: a newer or older version may
     * know it.
     *
     * @param taken variables that a setting names, those of keys
     */
    static List<String> unknownVariables(Map<String, String> environment, Set<String> taken) {
        return environment.keySet().stream()
                .filter(name -> name.startsWith(VARIABLE_PREFIX) && KeyLookup.byVariable(name) == null)
                .filter(name -> !taken.contains(name) && !OF_COMMANDS.contains(name))
                .filter(name -> !OF_PLATFORMS.matcher(name).matches())
                .sorted()
                .map(Sources::ignored)
                .toList();
    }

    private static String ignored(String name) {
        String ignored = "Ignored environment variable " + bare(name);
        if (name.startsWith(VARIABLE_PREFIX + "MODEL_")) {
            return ignored + ": settings of a model come only from the file and from flags";
        }
        return ignored + KeyLookup.whyIgnored(name);
    }

    /** A properties file in UTF-8. A key given twice is refused: one of the two would be a surprise. */
    static Map<String, Given> file(Path path, String namedBy, Mistakes mistakes) {
        List<String> lines = List.of();
        try {
            lines = Files.readAllLines(path);
        } catch (NoSuchFileException e) {
            mistakes.add(ConfigTable.CONFIG.name(), unreadable(path, namedBy, "there is no such file"));
        } catch (CharacterCodingException e) {
            mistakes.add(ConfigTable.CONFIG.name(), unreadable(path, namedBy, "it is not in UTF-8"));
        } catch (IOException e) {
            mistakes.add(
                    ConfigTable.CONFIG.name(), unreadable(path, namedBy, "is it a file, and may this user read it?"));
        }
        Map<String, Given> entries = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            int first = i;
            StringBuilder logical = new StringBuilder(lines.get(i));
            while (isContinued(logical) && i + 1 < lines.size()) {
                logical.append('\n').append(lines.get(++i));
            }
            String where = path + ":" + (first + 1);
            try {
                parse(logical.toString()).forEach((key, value) -> {
                    if (KeyLookup.byKey((String) key) == null) {
                        mistakes.addUnknown(where, (String) key, unknown((String) key, logical.toString(), where));
                    } else {
                        put(entries, (String) key, (String) value, where, mistakes);
                    }
                });
            } catch (IOException | IllegalArgumentException e) {
                mistakes.add(where, where + ": this is no line of a properties file: a \\uXXXX is broken");
            }
        }
        return entries;
    }

    private static void put(Map<String, Given> entries, String key, String value, String where, Mistakes mistakes) {
        if (key.equals(ConfigTable.CONFIG.name())) {
            mistakes.add(where, where + ": config can't be set in a file; use --config or MEANWHILE_CONFIG");
            return;
        }
        Given before = entries.putIfAbsent(key, new Given(value.strip(), where));
        if (before != null) {
            mistakes.addAt(where, key, where + ": " + key + " is already set at " + before.origin());
        }
    }

    /** A colon ends a key of Java's properties, and names of models often have one. */
    private static String unknown(String key, String line, String where) {
        Matcher colon = COLON_IN_MODEL.matcher(line.strip());
        String why = colon.matches() && colon.group(1).startsWith(key + ":")
                ? "is cut at the colon; write \\: for a colon in a model's name: "
                        + colon.group(1).replace(":", "\\:")
                : KeyLookup.whyUnknown(key, "");
        return where + ": " + bare(key) + " " + why;
    }

    /** One logical line, by the rules of Java's properties: nothing, or one entry. */
    private static Properties parse(String line) throws IOException {
        Properties entry = new Properties();
        entry.load(new StringReader(line));
        return entry;
    }

    private static boolean isContinued(CharSequence line) {
        String text = line.toString().substring(line.toString().lastIndexOf('\n') + 1);
        boolean comment = text.length() == line.length()
                && (text.strip().startsWith("#") || text.strip().startsWith("!"));
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return !comment && backslashes % 2 == 1;
    }

    private static String unreadable(Path path, String namedBy, String why) {
        return "config = " + Given.shown(path.toString()) + " (from " + namedBy + "): can't read it; " + why;
    }

    private static String bare(String text) {
        String quoted = Given.shown(text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
