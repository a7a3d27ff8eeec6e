package dev.meanwhile.server.soak;

import dev.meanwhile.server.soak.Findings.Kind;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Compares what the server lists after the last restart with what it said before the kills. */
final class KillJudge {
    private final List<String> sessions;
    private final Findings findings;
    private final Map<String, List<Message>> lists = new HashMap<>();
    private final Map<String, String> byRequest = new HashMap<>();
    private final Map<String, MessageState> states = new HashMap<>();

    /** @param list all messages of a session in the order of their submission */
    KillJudge(List<String> sessions, Function<String, List<Message>> list, Findings findings) {
        this.sessions = sessions;
        this.findings = findings;
        for (String session : sessions) {
            lists.put(session, list.apply(session));
        }
        for (Message message : lists.values().stream().flatMap(List::stream).toList()) {
            states.put(message.getMessageId(), message.getState());
            String other = byRequest.put(message.getRequestId(), message.getMessageId());
            if (other != null) {
                findings.add(Kind.DOUBLED, message.getRequestId() + " is " + other + " and " + message);
            }
        }
    }

    /** Every acknowledged message is there, under its id. */
    void acknowledged(Map<String, String> messageByRequest) {
        messageByRequest.forEach((request, id) -> {
            if (!id.equals(byRequest.get(request))) {
                findings.add(Kind.LOST, request + " was acknowledged as " + id + " and is " + byRequest.get(request));
            }
        });
    }

    /** Terminal states are what CancelMessage answered. */
    void ends(Map<String, MessageState> answered) {
        answered.forEach((id, state) -> {
            if (state != states.get(id)) {
                findings.add(Kind.TERMINAL_CHANGED, id + " was " + state + " and is " + states.get(id));
            }
        });
    }

    /** The logs that readers were sent are as the contract says, tell what the lists tell, and lie in the file. */
    void logs(Ledger ledger, Map<String, String> texts, Path file) throws SQLException {
        for (String session : sessions) {
            LogJudge.judge(session, ledger.entries(session), lists.getOrDefault(session, List.of()), texts, findings);
        }
        try (ClosedStore store = new ClosedStore(file)) {
            store.compare(ledger, sessions, states.size(), findings);
        }
    }
}
