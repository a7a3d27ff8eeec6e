package dev.meanwhile.cli;

import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.MessageState;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Shows what a switch brought, in one piece or in several that follow each other. */
final class CatchUp {
    private final Cli cli;
    private final Screen screen;
    private final SessionList before;
    private final SessionWait wait;
    private boolean begun;
    private String lastMessage = "";
    private EscapeFilter filter = new EscapeFilter();

    CatchUp(Cli cli, SessionList before, SessionWait wait) {
        this.cli = cli;
        this.screen = cli.screen();
        this.before = before;
        this.wait = wait;
    }

    void print(SwitchSessionResponse response) {
        if (!begun) {
            begun = true;
            head(response);
        }
        inOrderOfAsking(response).forEach(this::turn);
        if (!response.getTruncated()) {
            screen.closeLine();
            wait.tell(response.getSession());
        }
    }

    /**
     * The log has them as they began, and those that never ran where they were cancelled: of a queue, newest first. So
     * each run of these is turned round; the time of asking tells where several cancels came one after the other.
     */
    private static List<Turn> inOrderOfAsking(SwitchSessionResponse response) {
        List<Turn> turns = new ArrayList<>(response.getTurnsList());
        int begin = 0;
        for (int end = 0; end <= turns.size(); end++) {
            if (end == turns.size() || !neverRan(turns.get(end).getMessage())) {
                List<Turn> cancelled = turns.subList(begin, end);
                Collections.reverse(cancelled);
                cancelled.sort(
                        Comparator.comparing(turn -> Moment.of(turn.getMessage().getCreateTime())));
                begin = end + 1;
            }
        }
        return turns;
    }

    private static boolean neverRan(Message message) {
        return message.getState() == MessageState.MESSAGE_STATE_CANCELLED && message.getAttempts() == 0;
    }

    private static boolean isWhole(Turn turn) {
        long end = turn.getMessage().getTerminalSequence();
        return end > 0 && turn.getAnswerThroughSequence() >= end;
    }

    private void head(SwitchSessionResponse response) {
        Session session = response.getSession();
        String from = before.sessions().stream()
                .filter(s -> s.getSessionId().equals(response.getPreviousSessionId()))
                .filter(s -> !s.getSessionId().equals(session.getSessionId()))
                .findFirst()
                .map(s -> ", from session " + Words.session(s))
                .orElse("");
        screen.note("▶ session " + Words.session(session) + from);
        screen.note(
                session.getUnreadMessages() == 0
                        ? response.getTurnsCount() == 0 ? "nothing new" : "an answer has begun"
                        : "● " + came(response) + " while you were away");
    }

    /** What ended how, if all of it is here. */
    private static String came(SwitchSessionResponse response) {
        int unread = response.getSession().getUnreadMessages();
        List<Message> ended = response.getTurnsList().stream()
                .map(Turn::getMessage)
                .filter(m -> m.getTerminalSequence() > response.getSession().getReadSequence())
                .toList();
        if (ended.size() != unread) {
            return Words.count(unread, "message") + " ended";
        }
        long answers = of(ended, MessageState.MESSAGE_STATE_COMPLETED);
        long cancelled = of(ended, MessageState.MESSAGE_STATE_CANCELLED);
        long failures = unread - answers - cancelled;
        List<String> parts = new ArrayList<>();
        if (answers > 0) {
            parts.add(Words.count(answers, "answer"));
        }
        if (failures > 0) {
            parts.add(Words.count(failures, "failure"));
        }
        if (cancelled > 0) {
            parts.add(cancelled + " cancelled");
        }
        return String.join(", ", parts) + " came";
    }

    private static long of(List<Message> ended, MessageState state) {
        return ended.stream().filter(m -> m.getState() == state).count();
    }

    private void turn(Turn turn) {
        boolean goesOn = turn.getMessage().getMessageId().equals(lastMessage);
        if (!goesOn) {
            lastMessage = turn.getMessage().getMessageId();
            filter = new EscapeFilter();
            question(turn);
        }
        boolean beginningMissing = turn.getAnswerTruncated()
                && turn.getAnswerAfterSequence() >= turn.getMessage().getFirstSequence();
        if (beginningMissing && !goesOn) {
            mark("[what was shown before is left out; all of it: " + cli.command("tail --message " + lastMessage)
                    + "]");
        }
        if (turn.getAnswerUnreadable()) {
            mark("[the stored answer is damaged and can't be shown]");
        }
        screen.print(filter.next(turn.getAnswer()));
        if (isWhole(turn)) {
            ended(turn);
        }
    }

    private void question(Turn turn) {
        screen.closeLine();
        if (turn.getTextUnreadable()) {
            mark("[the stored question is damaged and can't be shown]");
            return;
        }
        String text = EscapeFilter.text(turn.getText()) + (turn.getTextTruncated() ? "…" : "");
        text.lines().forEach(line -> screen.line(screen.styled(Style.CYAN, "> " + line)));
    }

    private void ended(Turn turn) {
        screen.closeLine();
        Message message = turn.getMessage();
        if (message.getState() == MessageState.MESSAGE_STATE_COMPLETED
                && !Words.isStoppedShort(message.getFinishReason())) {
            screen.note("message " + message.getMessageId() + ": " + Words.state(message));
        } else if (screen.isTerminal()) {
            mark("[message " + message.getMessageId() + ": " + Words.state(message) + "]");
        } else {
            mark("[" + Words.state(turn.getMessage()) + "]");
        }
    }

    private void mark(String words) {
        screen.line(screen.styled(Style.DIM, words));
    }
}
