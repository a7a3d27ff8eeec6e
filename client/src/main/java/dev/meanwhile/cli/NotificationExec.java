package dev.meanwhile.cli;

import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs a command for each notification, one after the other on a thread of its own, so that whoever offers never waits.
 * A run that hangs is ended, and what can't be held any more is said and left out: at most {@link #WAITING} wait.
 */
final class NotificationExec implements AutoCloseable {
    static final int WAITING = 1_000;
    /** Of a shell whose command was ended by SIGINT: a Ctrl-C ends it together with us. */
    private static final int INTERRUPTED = 130;

    static final Duration LONGEST = Duration.ofSeconds(30);

    private final String command;
    private final Cli cli;
    private final Duration longest;
    private final BlockingQueue<Map<String, String>> waiting;
    private final Thread thread;
    private boolean full;

    NotificationExec(String command, Cli cli) {
        this(command, cli, WAITING, LONGEST);
    }

    NotificationExec(String command, Cli cli, int waiting, Duration longest) {
        this.command = command;
        this.cli = cli;
        this.longest = longest;
        this.waiting = new ArrayBlockingQueue<>(waiting);
        this.thread = Thread.ofPlatform().daemon().name("exec").start(this::run);
    }

    void offer(Notification news, @Nullable Session session) {
        boolean taken = waiting.offer(facts(news, session));
        if (!taken && !full) {
            cli.screen()
                    .error("meanwhile: the command of --exec is too slow; it is not run for notification "
                            + news.getNumber() + " and some behind it");
        }
        full = !taken;
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                run(waiting.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Map<String, String> facts) throws InterruptedException {
        // The command is an argument of the shell's line and the facts are no part of either.
        ProcessBuilder builder = new ProcessBuilder(List.of("/bin/sh", "-c", "exec 1>&2; eval \"$1\"", "sh", command))
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.INHERIT);
        try {
            builder.environment().putAll(facts);
            Process process = builder.start();
            try {
                if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                    cli.screen()
                            .error("meanwhile: the command of --exec ran longer than " + Moment.span(longest)
                                    + " for notification " + facts.get("MEANWHILE_NOTIFICATION") + "; it was ended");
                } else if (process.exitValue() != 0 && process.exitValue() != INTERRUPTED) {
                    cli.screen()
                            .error("meanwhile: the command of --exec failed with exit code " + process.exitValue()
                                    + " for notification " + facts.get("MEANWHILE_NOTIFICATION"));
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException | IllegalArgumentException e) { // the latter: a value no environment can hold
            cli.screen().error("meanwhile: the command of --exec can't be started: " + e.getMessage());
        }
    }

    private Map<String, String> facts(Notification news, @Nullable Session session) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("MEANWHILE_SERVER", String.valueOf(cli.address()));
        facts.put("MEANWHILE_WORKSPACE", cli.workspace());
        facts.put("MEANWHILE_NOTIFICATION", String.valueOf(news.getNumber()));
        facts.put("MEANWHILE_SESSION", news.getSessionId());
        facts.put("MEANWHILE_SESSION_NAME", session == null ? "" : EscapeFilter.line(session.getName()));
        facts.put("MEANWHILE_MESSAGE", news.getMessageId());
        facts.put("MEANWHILE_STATE", Words.value(news.getType(), "NOTIFICATION_TYPE_MESSAGE_"));
        return facts;
    }
}
