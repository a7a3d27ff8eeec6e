package dev.meanwhile.cli;

import dev.meanwhile.client.ServerAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line as a process of its own, to be ended by a signal; nobody's own settings reach it. */
final class CommandProcess {
    private CommandProcess() {}

    static ProcessBuilder of(Path home, ServerAddress server, String... words) {
        List<String> line = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-Dmeanwhile.terminal=",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--server=" + server));
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().keySet().removeIf(key -> key.startsWith("MEANWHILE_") || key.startsWith("XDG_"));
        builder.environment().put("HOME", home.toString());
        return builder;
    }
}
