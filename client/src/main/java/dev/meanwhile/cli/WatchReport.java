package dev.meanwhile.cli;

import dev.meanwhile.client.RpcError;
import dev.meanwhile.client.WatchListener;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.WatchWorkspaceResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells what happens in a workspace, one line for each change and each notification. */
final class WatchReport implements WatchListener, WorkspaceView.News {
    /** However much changes, it is not asked more often why nothing goes on. */
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final Cli cli;
    private final Screen screen;
    private final TerminalNotice notice;
    private final Optional<NotificationExec> exec;
    private final boolean includePending;
    private final ModelNotes notes;
    private final WorkspaceView view = new WorkspaceView(this);
    private boolean lost;
    private Instant looked = Instant.EPOCH;
    private boolean toldMayHaveEnded;

    /**
     * @param includePending whether the command is run for what is there at the start too
     */
    WatchReport(
            Cli cli, TerminalNotice notice, Optional<NotificationExec> exec, boolean includePending, ModelNotes notes) {
        this.cli = cli;
        this.screen = cli.screen();
        this.notice = notice;
        this.exec = exec;
        this.includePending = includePending;
        this.notes = notes;
    }

    @Override
    public void opened() {
        view.opened();
    }

    @Override
    public void received(WatchWorkspaceResponse response) {
        if (cli.json()) {
            screen.json(response);
        }
        view.received(response);
        if (lost && response.hasCaughtUp()) {
            lost = false;
            screen.status("connected again");
        }
        if (!response.hasClosing()) {
            look();
        }
    }

    /**
     * The stream tells of no pause and no hold. So whatever comes, if only a heartbeat, leads to a look while work is left
     * undone: a session that waits need not change when one begins. That one has ended shows in a change.
     */
    private void look() {
        Instant now = cli.shell().clock().instant();
        boolean early = Duration.between(looked, now).abs().compareTo(BETWEEN_LOOKS) < 0;
        if (!early && (toldMayHaveEnded || view.sessions().stream().anyMatch(WatchReport::waits))) {
            toldMayHaveEnded = false;
            looked = now;
            notes.tellWaits(view.sessions());
        }
    }

    /** Said once, however long it takes. */
    @Override
    public void cut(RpcError cause, Duration pause) {
        if (!lost) {
            lost = true;
            screen.status("connection lost (" + EscapeFilter.line(String.valueOf(cause.getMessage()))
                    + "); it goes on as soon as the server is back");
        }
    }

    @Override
    public void begins(List<Session> sessions, List<Notification> pending) {
        if (includePending) {
            pending.forEach(news -> exec.ifPresent(
                    command -> command.offer(news, sessionOf(sessions, news).orElse(null))));
        }
        if (screen.isTerminal() && !cli.json()) {
            if (!sessions.isEmpty()) {
                new SessionTable(screen, cli.shell().clock().instant()).print(sessions);
            }
            screen.note((sessions.isEmpty() ? "no session yet; " : "")
                    + (pending.isEmpty() ? "" : Words.count(pending.size(), "notification") + " pending; ")
                    + "watching, end with Ctrl-C");
        }
        looked = cli.shell().clock().instant();
        notes.tell(sessions);
    }

    @Override
    public void changed(Session session) {
        tell(cli.shell().clock().instant(), "session " + Words.line(session), null);
        toldMayHaveEnded |= notes.hasTold();
    }

    private static boolean waits(Session session) {
        return session.getRunningMessages() > 0 ? session.hasRetryTime() : session.getQueuedMessages() > 0;
    }

    @Override
    public void deleted(Session session) {
        tell(cli.shell().clock().instant(), "session " + Words.session(session) + ": deleted", null);
    }

    @Override
    public void notified(Notification news, @Nullable Session session) {
        String where = session == null ? EscapeFilter.line(news.getSessionId()) : Words.session(session);
        tell(
                Moment.of(news.getCreateTime()),
                "● notification " + news.getNumber() + ": message " + EscapeFilter.line(news.getMessageId())
                        + " of session " + where + " " + Words.news(news),
                Style.YELLOW);
        notice.give(screen, "session " + where + ": " + Words.news(news));
        exec.ifPresent(command -> command.offer(news, session));
    }

    @Override
    public void someMissed() {
        screen.error("meanwhile: more notifications came while the connection was lost than are told now; all are in: "
                + cli.command("notifications"));
    }

    private void tell(Instant time, String words, @Nullable Style style) {
        if (!cli.json()) {
            String line = Moment.clock(time, cli.shell().clock().getZone()) + " " + words;
            screen.line(style == null ? line : screen.styled(style, line));
        }
    }

    private static Optional<Session> sessionOf(List<Session> sessions, Notification news) {
        return sessions.stream()
                .filter(s -> s.getSessionId().equals(news.getSessionId()))
                .findFirst();
    }
}
