package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/meanwhile} in a checkout of empty files, with a java and a mvn that only tell that they were called. */
final class LauncherTest {
    private static final Instant BUILT = Instant.parse("2030-01-01T00:00:00Z");
    private static final List<String> SOURCES = List.of(
            "pom.xml",
            "proto/pom.xml",
            "proto/src/a.proto",
            "server/pom.xml",
            "server/src/main/A.java",
            "client/pom.xml",
            "client/src/main/B.java");
    private static final List<String> MADE = List.of(
            "server/target/meanwhile-server.jar",
            "server/target/lib/a.jar",
            "client/target/meanwhile-client.jar",
            "client/target/lib/meanwhile-proto.jar",
            "target/built");

    @TempDir
    private Path folder = Path.of("");

    private Path home = folder;

    @BeforeEach
    void layCheckout() throws IOException {
        home = folder.resolve("a checkout");
        for (String launcher : List.of("meanwhile", "newest-jdk")) {
            Path copy = file("bin/" + launcher, BUILT);
            Files.writeString(copy, Files.readString(Path.of("..", "bin", launcher)));
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        for (String source : SOURCES) {
            file(source, BUILT.minusSeconds(60));
        }
        for (String made : MADE) {
            file(made, BUILT);
        }
        file("client/target/start-25.archive", BUILT.plusSeconds(60));
        Files.createDirectories(folder.resolve("tools/bin"));
        Files.writeString(folder.resolve("tools/release"), "JAVA_VERSION=\"25\"\n");
        for (String tool : List.of("java", "mvn")) {
            Path script = folder.resolve("tools/bin").resolve(tool);
            Files.writeString(script, "#!/bin/sh\necho " + tool + " $* >>'" + folder.resolve("called") + "'\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void whatIsUpToDateIsNotBuilt() throws Exception {
        for (String command : List.of("sessions", "serve", "compact")) {
            assertEquals(0, run(command));
        }
        assertTrue(calls().stream().noneMatch(call -> call.startsWith("mvn")), String.valueOf(calls()));
        assertTrue(calls().getLast().endsWith("dev.meanwhile.server.Main compact"), String.valueOf(calls()));
    }

    /** Planted: the client's help of it, which only points to the other; found red. */
    @Test
    void helpOfAServersCommandIsItsOwn() throws Exception {
        for (String command : List.of("serve", "compact")) {
            assertEquals(0, run("help", command));
        }
        String program = "dev.meanwhile.server.Main ";
        assertTrue(calls().getFirst().endsWith(program + "--help"), String.valueOf(calls()));
        assertTrue(calls().getLast().endsWith(program + "compact --help"), String.valueOf(calls()));
    }

    /** Once compact looked at the client's sources and ran the server's old program. */
    @Test
    void bothCommandsOfTheServerAreBuiltFromItsSources() throws Exception {
        file("server/src/main/A.java", BUILT.plusSeconds(30));
        for (String command : List.of("serve", "compact")) {
            file("target/built", BUILT);
            assertEquals(0, run(command));
        }
        assertEquals(2, calls().stream().filter(call -> call.startsWith("mvn")).count(), String.valueOf(calls()));
    }

    /** Once it waited for ever for a lock that it could not make. */
    @Test
    void whereNothingCanBeWrittenABuildIsRefused() throws Exception {
        file("client/src/main/B.java", BUILT.plusSeconds(30));
        Path target = home.resolve("target");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeFalse(Files.isWritable(target), "root may write anywhere");
            assertEquals(1, run("sessions"));
        } finally {
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private Path file(String name, Instant changed) throws IOException {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        return Files.setLastModifiedTime(file, FileTime.from(changed));
    }

    private int run(String... line) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("bin/meanwhile").toString());
        builder.command().addAll(List.of(line));
        builder.environment().put("JAVA_HOME", folder.resolve("tools").toString());
        builder.environment()
                .put(
                        "PATH",
                        folder.resolve("tools/bin") + ":"
                                + builder.environment().get("PATH"));
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(folder.resolve("called"));
    }
}
