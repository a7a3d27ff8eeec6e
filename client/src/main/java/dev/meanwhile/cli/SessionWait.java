package dev.meanwhile.cli;

import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.client.RpcError;
import dev.meanwhile.v1.ListMessagesRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.Turn;
import java.util.Optional;
import java.util.function.Function;

/** Why what is still to come in a session does not come: two calls or three, and only if there is something. */
final class SessionWait {
    private static final int LOOKED_AT = 50;

    /** Ended messages among the newest, such as those that were cancelled out of turn. */
    private static final int SPARE = 3;

    private final MeanwhileClient client;
    private final Cli cli;

    SessionWait(MeanwhileClient client, Cli cli) {
        this.client = client;
        this.cli = cli;
    }

    Optional<WaitWords> ofMessage(String id) {
        return WaitWords.of(client.explain(id), cli.shell().clock().instant(), cli);
    }

    /** As above, if nothing works on it now; empty too if that can't be had, since it is only a word more. */
    Optional<WaitWords> standing(String id) {
        return onlyAWordMore(wait -> wait.ofMessage(id));
    }

    /** Of the message whose turn it is; of the oldest among the newest 50, which names that one. */
    Optional<WaitWords> of(Session session) {
        int unended = session.getQueuedMessages() + session.getRunningMessages();
        if (unended == 0) {
            return Optional.empty();
        }
        // A page carries texts, and this is asked again and again: no larger than needed.
        int few = Math.min(LOOKED_AT, unended + SPARE);
        Optional<String> oldest = oldestUnended(session, few);
        if (oldest.isEmpty() && few < LOOKED_AT) {
            oldest = oldestUnended(session, LOOKED_AT);
        }
        return oldest.flatMap(this::ofMessage);
    }

    private Optional<String> oldestUnended(Session session, int among) {
        ListMessagesRequest newest = ListMessagesRequest.newBuilder()
                .setSessionId(session.getSessionId())
                .setPageSize(among)
                .build();
        return client.messages(newest).getTurnsList().reversed().stream()
                .map(Turn::getMessage)
                .filter(m -> m.getTerminalSequence() == 0)
                .findFirst()
                .map(Message::getMessageId);
    }

    /** Tells why nothing works on what is still to come, or that it is on its way; without these calls it goes on. */
    void tell(Session session) {
        if (session.getQueuedMessages() + session.getRunningMessages() == 0) {
            return;
        }
        Screen screen = cli.screen();
        String follow = "; follow it with: " + cli.command("tail " + session.getNumber());
        onlyAWordMore(wait -> wait.of(session))
                .ifPresentOrElse(
                        why -> screen.cause(EscapeFilter.line("the next answer waits: " + why.words() + follow)),
                        () -> screen.status(EscapeFilter.line("more is on its way" + follow)));
    }

    private Optional<WaitWords> onlyAWordMore(Function<SessionWait, Optional<WaitWords>> look) {
        try {
            return look.apply(new SessionWait(Cli.forAWordMore(client), cli)).filter(WaitWords::stands);
        } catch (RpcError e) {
            return Optional.empty();
        }
    }
}
