package dev.meanwhile.cli;

import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.Session;

/** Tells the server what has been printed. It failing loses nothing: the answers are shown once more. */
final class ReadMarks {
    private final MeanwhileClient client;
    private final Cli cli;

    ReadMarks(MeanwhileClient client, Cli cli) {
        this.client = client;
        this.cli = cli;
    }

    /** Everything of the session up to the cursor was printed. */
    void session(String sessionId, Cursor through) {
        attempt(() -> client.reading().markRead(sessionId, through));
    }

    /**
     * One message was printed, up to its end at the cursor. What lies unread before it was not, and a read cursor
     * can't leave it out; so then nothing is marked.
     */
    void message(String sessionId, Cursor through) {
        attempt(() -> {
            Session session = client.session(sessionId);
            if (session.getReadSequence() >= through.sequence()) {
                return;
            }
            int others = session.getUnreadMessages() - 1;
            if (others <= 0) {
                client.reading().markRead(sessionId, through);
            } else {
                cli.screen()
                        .note(Words.count(others, "other answer") + " of this session "
                                + (others == 1 ? "is" : "are")
                                + " unread, so this one stays unread too; read them with: "
                                + cli.command("switch " + session.getNumber()));
            }
        });
    }

    private void attempt(Runnable mark) {
        try {
            mark.run();
        } catch (RpcError e) {
            cli.screen().note("could not mark it as read: " + EscapeFilter.line(Failures.words(e, cli)));
        }
    }
}
