package dev.meanwhile.cli;

import dev.meanwhile.v1.Session;
import java.time.Instant;
import java.util.List;

/** The table of {@code sessions}. The marks repeat in a glance what the words say. */
final class SessionTable {
    private static final String ACTIVE = "▶";
    private static final String UNREAD = "●";
    private final Screen screen;
    private final Instant now;

    SessionTable(Screen screen, Instant now) {
        this.screen = screen;
        this.now = now;
    }

    void print(List<Session> sessions) {
        Table table = new Table();
        table.row("  ", "#", "NAME", "STATE", "UNREAD", "MODEL", "AGE", "ID");
        sessions.forEach(s -> table.row(
                marks(s),
                String.valueOf(s.getNumber()),
                EscapeFilter.line(s.getName()),
                Words.state(s),
                s.getUnreadMessages() == 0 ? "-" : s.getUnreadMessages() + " unread",
                EscapeFilter.line(s.getModel()),
                Moment.age(s.getCreateTime(), now),
                EscapeFilter.line(s.getSessionId())));
        List<String> lines = table.lines();
        screen.line(screen.styled(Style.DIM, lines.getFirst()));
        for (int i = 0; i < sessions.size(); i++) {
            screen.line(coloured(sessions.get(i), lines.get(i + 1)));
        }
    }

    private static String marks(Session session) {
        return (session.getActive() ? ACTIVE : " ") + (session.getUnreadMessages() > 0 ? UNREAD : " ");
    }

    private String coloured(Session session, String line) {
        if (session.getActive()) {
            return screen.styled(Style.BOLD, line);
        }
        return session.getUnreadMessages() > 0 ? screen.styled(Style.YELLOW, line) : line;
    }
}
