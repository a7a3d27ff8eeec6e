package dev.meanwhile.cli;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All commands there are. */
final class Commands {
    /** In the order of the help. Each is made only when it is needed: making all of them takes longer than a call. */
    private static final Map<String, Function<Cli, Object>> BY_NAME = commands();

    private Commands() {}

    static Collection<Function<Cli, Object>> all() {
        return BY_NAME.values();
    }

    static Collection<Function<Cli, Object>> neededFor(String... args) {
        // An option before the command may have a value that looks like one, so only the first word is sure.
        boolean alone = args.length > 0 && !args[0].equals("help"); // that one shows the others
        Function<Cli, Object> only = alone ? BY_NAME.get(args[0]) : null;
        return only == null ? all() : List.of(only);
    }

    private static Map<String, Function<Cli, Object>> commands() {
        Map<String, Function<Cli, Object>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand::new);
        commands.put("new", NewCommand::new);
        commands.put("sessions", SessionsCommand::new);
        commands.put("switch", SwitchCommand::new);
        commands.put("send", SendCommand::new);
        commands.put("tail", TailCommand::new);
        commands.put("history", HistoryCommand::new);
        commands.put("watch", WatchCommand::new);
        commands.put("notifications", NotificationsCommand::new);
        commands.put("cancel", CancelCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("rename", RenameCommand::new);
        commands.put("model", ModelCommand::new);
        commands.put("close", CloseCommand::new);
        commands.put("delete", DeleteCommand::new);
        commands.put("models", ModelsCommand::line);
        commands.put("stats", StatsCommand::new);
        commands.put("pause", PauseCommand::new);
        commands.put("resume", ResumeCommand::new);
        commands.put("log-level", LogLevelCommand::new);
        commands.put("profile", ProfileCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("version", VersionCommand::new);
        commands.put("help", HelpCommand::new);
        return commands;
    }
}
