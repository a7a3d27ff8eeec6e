package dev.meanwhile.server.worker;

import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.LogEntry;
import dev.meanwhile.server.domain.Message;
import dev.meanwhile.server.domain.MessageState;
import dev.meanwhile.server.domain.ResponseEntry.AttemptReset;
import dev.meanwhile.server.domain.ResponseEntry.Text;
import dev.meanwhile.server.llm.Prompt;
import dev.meanwhile.server.responses.Fence;
import dev.meanwhile.server.responses.FencedException;
import dev.meanwhile.server.store.CorruptTextException;
import dev.meanwhile.server.store.Storage;
import dev.meanwhile.server.store.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Puts together what a model gets to see: the instruction, the turns that fit its window, and the message. Whole
 * turns, oldest first out; FAILED ones are left out, CANCELLED ones come with their partial text.
 */
final class PromptBuilder {
    /** How many bytes a token stands for: an estimate on the safe side. */
    private static final int BYTES_PER_TOKEN = 3;

    private static final int MAX_TURNS = 200;
    private static final int BYTES_PER_READ = 1 << 20;
    private final Storage storage;

    PromptBuilder(Storage storage) {
        this.storage = storage;
    }

    /**
     * @param windowTokens 0 = the model reads no history
     * @throws FencedException if the message is gone
     */
    Prompt build(Lease lease, int windowTokens) {
        return storage.read(tx -> {
            Fence.Passed passed = Fence.tryPass(tx, lease);
            if (passed == null) {
                throw new FencedException(lease); // what the purge has left of a deleted session is no history
            }
            Message message = passed.message();
            String text = tx.messages().text(message);
            String instruction =
                    passed.session().hasInstruction() ? tx.sessions().instruction(lease.sessionKey()) : null;
            long room =
                    (long) windowTokens * BYTES_PER_TOKEN - size(text) - (instruction == null ? 0 : size(instruction));
            return new Prompt(instruction, history(tx, message, room), text);
        });
    }

    private static List<Prompt.Turn> history(Transaction tx, Message message, long room) {
        Deque<Prompt.Turn> turns = new ArrayDeque<>();
        if (room <= 0) {
            return List.of();
        }
        long left = room;
        for (Message earlier : tx.messages().before(message.sessionKey(), message.key(), MAX_TURNS)) {
            if (earlier.state() != MessageState.COMPLETED && earlier.state() != MessageState.CANCELLED) {
                continue;
            }
            try {
                String answer = answer(tx, earlier);
                if (answer.isEmpty()) {
                    continue;
                }
                Prompt.Turn turn = new Prompt.Turn(tx.messages().text(earlier), answer);
                left -= size(turn.user()) + size(turn.assistant());
                if (left < 0) {
                    break;
                }
                turns.addFirst(turn);
            } catch (CorruptTextException e) {
                break; // a conversation with a hole is worse than a shorter one
            }
        }
        return List.copyOf(turns);
    }

    private static String answer(Transaction tx, Message message) {
        StringBuilder text = new StringBuilder();
        List<LogEntry> entries = tx.segments().read(message, 0, Integer.MAX_VALUE, BYTES_PER_READ);
        while (!entries.isEmpty()) { // a read ends before what is damaged, and the next one tells of it
            for (LogEntry entry : entries) {
                switch (entry.entry()) {
                    case Text piece -> text.append(piece.text());
                    case AttemptReset reset -> text.setLength(0);
                    default -> {}
                }
            }
            long last = entries.getLast().sequence();
            entries = tx.segments().read(message, last, Integer.MAX_VALUE, BYTES_PER_READ);
        }
        return text.toString();
    }

    private static int size(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
