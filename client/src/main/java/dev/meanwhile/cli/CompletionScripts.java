package dev.meanwhile.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The scripts by which a shell completes a command line: fixed code that reads names from {@link CompletionCache}, and
 * tables of all commands and options, made from the commands themselves.
 */
final class CompletionScripts {
    /** By the label of an option's value or of a place: what is offered for it. */
    private static final Map<String, String> KINDS =
            Map.of("SESSION", "session", "MODEL", "model", "PROFILE", "profile", "FILE", "file");

    private final Map<String, CommandLine> commands = new LinkedHashMap<>();

    CompletionScripts(CommandLine program) {
        collect("", program);
        commands.putAll(
                ServerCommands.of(resource(ServerCommands.SETTINGS).lines().toList()));
        new LinkedHashMap<>(commands).forEach((path, command) -> {
            if (!path.isEmpty()) {
                commands.put("help " + path, named(command));
            }
        });
    }

    String bash() {
        return resource("completion.bash").replace("@COMMON@", common());
    }

    String zsh() {
        return resource("completion.zsh").replace("@COMMON@", common());
    }

    String fish() {
        Set<String> valued = new TreeSet<>();
        List<String> lines = new ArrayList<>();
        commands.forEach((path, command) -> {
            String at = "complete -c meanwhile -n \"__meanwhile_at '" + path + "'\"";
            below(path).forEach((name, about) -> lines.add(at + " -a " + name + " -d " + fishQuoted(about)));
            for (OptionSpec option : options(command)) {
                String names = option.names().length == 0
                        ? ""
                        : List.of(option.names()).stream()
                                .map(name ->
                                        name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                                .collect(Collectors.joining());
                lines.add(at + names + fishValue(kind(option)) + " -d " + fishQuoted(about(option)));
                if (isValued(option)) {
                    valued.addAll(List.of(option.names()));
                }
            }
            List<String> places = places(command);
            for (int i = 0; i < places.size(); i++) {
                String place = fishValue(places.get(i)).replace(" -x", "").replace(" -r -F", " -F");
                if (!place.isEmpty()) {
                    lines.add("complete -c meanwhile -n \"__meanwhile_at '" + path + "' " + i + "\"" + place);
                }
            }
        });
        String paths = commands.keySet().stream()
                .filter(path -> !path.isEmpty())
                .map(CompletionScripts::fishQuoted)
                .collect(Collectors.joining(" "));
        return resource("completion.fish")
                .replace("@VALUED@", String.join(" ", valued))
                .replace("@PATHS@", paths)
                .replace("@SPEC@", String.join("\n", lines));
    }

    private String common() {
        List<String> lines = new ArrayList<>();
        commands.forEach((path, command) -> {
            String options = options(command).stream()
                    .flatMap(option -> List.of(option.names()).stream().map(name -> name + ":" + kind(option)))
                    .collect(Collectors.joining(" "));
            lines.add("    '" + path + "')");
            lines.add("        below='" + String.join(" ", below(path).keySet()) + "'");
            lines.add("        switches='" + options + "'");
            lines.add("        place='" + String.join(" ", places(command)) + "'");
            lines.add("        ;;");
        });
        return resource("completion.common").replace("@SPEC@", String.join("\n", lines));
    }

    private void collect(String path, CommandLine command) {
        commands.put(path, command);
        command.getSubcommands().forEach((name, sub) -> collect((path + " " + name).strip(), sub));
    }

    /** A command as help takes it: nothing but a name. */
    private static CommandLine named(CommandLine command) {
        CommandSpec name = CommandSpec.create();
        name.usageMessage().description(command.getCommandSpec().usageMessage().description());
        return new CommandLine(name);
    }

    /** The commands below one, with what they do. */
    private Map<String, String> below(String path) {
        Map<String, String> below = new LinkedHashMap<>();
        commands.forEach((each, command) -> {
            int end = each.lastIndexOf(' ');
            String name = each.substring(end + 1);
            if (!name.isEmpty() && each.substring(0, Math.max(0, end)).equals(path)) {
                below.put(name, command.getCommandSpec().usageMessage().description()[0]);
            }
        });
        return below;
    }

    private static Collection<OptionSpec> options(CommandLine command) {
        return new LinkedHashSet<>(command.getCommandSpec().options());
    }

    /** What may stand at each place, up to the first where nothing is offered. */
    private static List<String> places(CommandLine command) {
        return command.getCommandSpec().positionalParameters().stream()
                .map(CompletionScripts::kind)
                .takeWhile(kind -> !kind.equals("none"))
                .toList();
    }

    private static boolean isValued(ArgSpec arg) {
        return arg.arity().max() > 0;
    }

    private static String kind(ArgSpec arg) {
        if (!isValued(arg)) {
            return "flag";
        }
        if (arg.completionCandidates() != null) {
            List<String> words = new ArrayList<>();
            arg.completionCandidates().forEach(words::add);
            return "words=" + String.join(",", words);
        }
        return KINDS.getOrDefault(arg.paramLabel(), "none");
    }

    private static String fishValue(String kind) {
        return switch (kind) {
            case "flag" -> "";
            case "none" -> " -x";
            case "file" -> " -r -F";
            case "session", "model", "profile" -> " -x -a '(__meanwhile_names " + kind + ")'";
            default -> " -x -a " + fishQuoted(kind.substring("words=".length()).replace(',', ' '));
        };
    }

    private static String about(OptionSpec option) {
        return String.join(" ", option.description()).replaceAll("\\s+", " ").strip();
    }

    private static String fishQuoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String resource(String name) {
        try (InputStream script = CompletionScripts.class.getResourceAsStream(name)) {
            if (script == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
