package dev.meanwhile.cli;

import dev.meanwhile.client.Answer;
import dev.meanwhile.client.AnswerEnd;
import dev.meanwhile.client.Cursor;
import dev.meanwhile.client.FollowRequest;
import dev.meanwhile.client.MeanwhileClient;
import dev.meanwhile.v1.CreateSessionRequest;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.Notification;
import dev.meanwhile.v1.Route;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SubmitMessageResponse;
import dev.meanwhile.v1.SwitchSessionResponse;
import dev.meanwhile.v1.Turn;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** The logging guide's "Full Successful Flow" as a person lives it; throws where it is not what was promised. */
final class DemoStory {
    private static final String IN_FRONT = "Where should I stay in Lisbon for a week in May?";
    private static final String ELSEWHERE = "Which papers do I need for my tax return?";
    private static final int LINE_WIDTH = 90;
    private final MeanwhileClient client;
    private final Screen screen;
    private final Cli cli;

    DemoStory(MeanwhileClient client, Cli cli) {
        this.client = client;
        this.screen = cli.screen();
        this.cli = cli;
    }

    void tell() throws InterruptedException {
        chapter("1. Two sessions. You are in the first one; the other is in the background.");
        Session trip = create("trip to Lisbon");
        Session taxes = create("tax return");
        new SessionTable(screen, Moment.of(taxes.getCreateTime()))
                .print(client.sessions().sessions());

        try (DemoNews news = DemoNews.of(client, screen, taxes)) {
            chapter("2. You ask in \"tax return\", where you are not, and don't wait for the answer.");
            Message elsewhere = ask(taxes, ELSEWHERE, Route.ROUTE_BACKGROUND);
            say("It is on disk, waits in lane LOW, and is answered in the background: another session is active.");
            news.tellFromNowOn();

            chapter("3. Meanwhile you ask in \"trip to Lisbon\", and watch that answer come.");
            Message inFront = ask(trip, IN_FRONT, Route.ROUTE_FOREGROUND);
            watchAnswer(inFront);
            Notification notification = news.await(elsewhere.getMessageId());

            chapter("4. You switch to \"tax return\". The answer has been waiting for you.");
            readBackground(taxes, elsewhere, notification);

            chapter("5. What happened, and why. (Anytime: " + Cli.NAME + " explain MESSAGE_ID)");
            new Explanation(cli)
                    .lines(client.explain(elsewhere.getMessageId()))
                    .forEach(line -> say(EscapeFilter.line(line)));
            say(
                    "So you never waited: it was routed away from you, and done when you were somewhere else. Each piece was");
            say("on disk before anybody saw it. Its end and its notification are one commit, so neither gets lost.");
        }
        chapter("6. The server is told to stop (SIGTERM) and its folder is removed.");
    }

    static void whatNext(Screen screen) {
        screen.line("");
        screen.line("That was all of it. Nothing of yours was touched. Now with your own questions:");
        screen.line("  " + Cli.NAME + " serve      in a terminal of its own, then");
        screen.line("  " + Cli.NAME + "            for what to do next");
    }

    private Session create(String name) {
        return client.createSession(
                        CreateSessionRequest.newBuilder().setName(name).build())
                .getSession();
    }

    private Message ask(Session session, String text, Route promised) {
        screen.line(screen.styled(Style.CYAN, "   > " + text));
        SubmitMessageResponse accepted = client.submit(session.getSessionId(), text);
        Message message = accepted.getMessage();
        require(message.getRoute() == promised, "the message was not routed as it should be: " + message.getRoute());
        say("Message " + message.getMessageId() + " is accepted; route: " + Words.value(message.getRoute(), "ROUTE_")
                + ".");
        return message;
    }

    private void watchAnswer(Message message) throws InterruptedException {
        DemoPieces pieces = new DemoPieces(screen);
        Answer answer = client.answer(whole(message), pieces).follow();
        requireChecked(answer);
        say(Words.end(answer.end()));
    }

    private void readBackground(Session session, Message message, Notification notification)
            throws InterruptedException {
        SwitchSessionResponse there = client.switchSession(session.getSessionId());
        require(there.getSession().getActive(), "the session did not become the active one");
        require(
                there.getNotificationsList().stream().anyMatch(n -> n.getNumber() == notification.getNumber()),
                "the notification is not there");
        Turn turn = turnOf(there, message);
        require(turn != null, "the answer is not there");
        if (turn == null) {
            return;
        }
        screen.line(screen.styled(Style.CYAN, "   > " + EscapeFilter.line(turn.getText())));
        wrap(EscapeFilter.text(turn.getAnswer()));

        Answer fromLog = client.answer(whole(message), new DemoPieces(null)).follow();
        requireChecked(fromLog);
        require(fromLog.text().equals(turn.getAnswer()), "the log holds another text than the switch showed");
        say("Read again from the log, piece by piece, it is the same text. " + Words.end(fromLog.end()) + ".");

        client.reading()
                .markRead(session.getSessionId(), new Cursor(there.getSession().getEpoch(), there.getResumeAfter()));
        Session after = client.session(session.getSessionId());
        require(after.getUnreadMessages() == 0 && after.getPendingNotifications() == 0, "it still counts as unread");
        say("Marked as read, so its notification is done with.");
    }

    private static @Nullable Turn turnOf(SwitchSessionResponse response, Message message) {
        return response.getTurnsList().stream()
                .filter(t -> t.getMessage().getMessageId().equals(message.getMessageId()))
                .findFirst()
                .orElse(null);
    }

    private static FollowRequest whole(Message message) {
        return FollowRequest.message(message.getSessionId(), message.getMessageId(), Cursor.START);
    }

    private static void requireChecked(Answer answer) {
        boolean checked = answer.end() instanceof AnswerEnd.Completed(var entry, boolean compared) && compared;
        require(checked, "an answer did not end whole: " + Words.end(answer.end()));
    }

    private static void require(boolean kept, String broken) {
        if (!kept) {
            throw new UserError(broken);
        }
    }

    private void chapter(String title) {
        screen.line("");
        screen.line(screen.styled(Style.BOLD, title));
    }

    private void say(String words) {
        screen.line("   " + words);
    }

    private void wrap(String text) {
        StringBuilder line = new StringBuilder();
        for (StringTokenizer words = new StringTokenizer(text); words.hasMoreTokens(); ) {
            String word = words.nextToken();
            if (line.length() + word.length() > LINE_WIDTH) {
                say(line.toString().stripTrailing());
                line.setLength(0);
            }
            line.append(word).append(' ');
        }
        say(line.toString().stripTrailing());
    }
}
