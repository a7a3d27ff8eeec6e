package dev.meanwhile.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The server's own commands, which the launcher starts without us: only what a shell completes of them. */
final class ServerCommands {
    /** A line of it: a setting, its kind and what it is, between tabs. */
    static final String SETTINGS = "serve.settings";

    private static final List<String> OF_COMPACT = List.of("config", "data");

    private ServerCommands() {}

    /**
     * By name.
     *
     * @param settings the lines of {@link #SETTINGS}
     */
    static Map<String, CommandLine> of(List<String> settings) {
        CommandSpec serve = command("serve", "Runs the server.");
        CommandSpec compact = command("compact", "Takes what was deleted out of the stopped server's files.");
        for (String line : settings) {
            String[] setting = line.split("\t", 3);
            serve.addOption(option(setting));
            if (OF_COMPACT.contains(setting[0])) {
                compact.addOption(option(setting));
            }
        }
        Map<String, CommandLine> commands = new LinkedHashMap<>();
        commands.put("serve", new CommandLine(serve));
        commands.put("compact", new CommandLine(compact));
        return commands;
    }

    private static CommandSpec command(String name, String about) {
        CommandSpec command = CommandSpec.create().name(name);
        command.usageMessage().description(about);
        return command.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show its help message and exit.")
                .build());
    }

    private static OptionSpec option(String[] setting) {
        OptionSpec.Builder option = OptionSpec.builder("--" + setting[0]).description(setting[2]);
        switch (setting[1]) {
            case "flag" -> option.type(boolean.class);
            case "file" -> option.type(String.class).paramLabel("FILE");
            case "any" -> option.type(String.class).paramLabel("VALUE");
            default -> option.type(String.class).completionCandidates(List.of(setting[1].split(",")));
        }
        return option.build();
    }
}
