package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.OperatorClient;
import dev.meanwhile.v1.ComponentLogLevel;
import dev.meanwhile.v1.GetLogLevelsResponse;
import dev.meanwhile.v1.LogLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code log-level}: how much the server's components log. */
@Command(
        name = "log-level",
        mixinStandardHelpOptions = true,
        description = {
            "Shows how much each component of the server logs, or sets it until its next start.",
            "(For longer: serve --log-level.COMPONENT LEVEL)"
        })
final class LogLevelCommand implements Callable<Integer> {
    /** As people write them; the contract has them with a prefix. */
    enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    private final Cli cli;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "COMPONENT",
            description = "WORKER for instance.",
            completionCandidates = Components.class)
    private @Nullable String component;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "LEVEL",
            description = "debug, info, warn or error.",
            completionCandidates = Levels.class)
    private @Nullable Level level;

    LogLevelCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public Integer call() {
        try (MeanwhileClient client = cli.connect()) {
            OperatorClient operator = client.operator();
            GetLogLevelsResponse levels = operator.logLevels();
            String wanted = component == null ? null : known(component, levels);
            if (wanted != null && level != null) {
                set(operator, wanted, level);
            } else if (cli.json()) {
                cli.screen().json(levels);
            } else {
                print(levels, wanted);
            }
            return ExitCode.OK;
        }
    }

    private void set(OperatorClient operator, String wanted, Level to) {
        var response = operator.setLogLevel(wanted, LogLevel.valueOf("LOG_LEVEL_" + to));
        if (cli.json()) {
            cli.screen().json(response);
        } else {
            cli.screen().line(wanted + " logs " + word(LogLevel.valueOf("LOG_LEVEL_" + to)) + " until the next start");
        }
    }

    private void print(GetLogLevelsResponse levels, @Nullable String wanted) {
        Table table = new Table();
        for (ComponentLogLevel each : levels.getLevelsList()) {
            if (wanted == null || wanted.equals(each.getComponent())) {
                table.row(EscapeFilter.line(each.getComponent()), word(each.getLevel()));
            }
        }
        table.lines().forEach(cli.screen()::line);
    }

    private static String known(String component, GetLogLevelsResponse levels) {
        List<String> names = levels.getLevelsList().stream()
                .map(ComponentLogLevel::getComponent)
                .toList();
        String name = component.toUpperCase(Locale.ROOT);
        if (!names.contains(name)) {
            throw new UserError("no component \"" + component + "\"; there are: "
                    + names.stream().collect(Collectors.joining(", ")));
        }
        return name;
    }

    private static String word(LogLevel level) {
        return Words.value(level, "LOG_LEVEL_");
    }

    /** For completion only: the server has the last word. */
    static final class Components extends ArrayList<String> {
        Components() {
            super(List.of(
                    "WORKER",
                    "QUEUE",
                    "ROUTING",
                    "SESSION",
                    "SPAWN",
                    "STORE",
                    "RETRIEVE",
                    "NOTIFY",
                    "COORDINATOR",
                    "SERVER"));
        }
    }

    /** As most people type them. */
    static final class Levels extends ArrayList<String> {
        Levels() {
            super(List.of("debug", "info", "warn", "error"));
        }
    }
}
