package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.JsonFormat;
import dev.meanwhile.testing.LoopbackServer;
import dev.meanwhile.testing.MemoryService;
import dev.meanwhile.v1.ListSessionsResponse;
import dev.meanwhile.v1.ResponseChunksResponse;
import dev.meanwhile.v1.SubmitMessageResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as somebody types them, against a server in memory on real gRPC. */
final class CliTest {
    private final MemoryService service = new MemoryService();
    private final LoopbackServer server = LoopbackServer.of(service);

    @BeforeEach
    void twoSessions() {
        run(Captured.pipe(""), "new", "trip to Lisbon");
        run(Captured.pipe(""), "new", "tax return", "--id", "taxes");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aNewSessionIsNamedInWordsAndIntoAPipeByItsId() {
        Captured terminal = Captured.terminal();
        run(terminal, "new", "third", "--switch", "--model", "m", "--system", "be kind");
        assertEquals("session 3 \"third\", active, model m\n", terminal.out());
        assertEquals("be kind", service.session("s3").getSystemInstruction());
        Captured pipe = Captured.pipe("");
        run(pipe, "new");
        assertEquals("s4\n", pipe.out());
    }

    @Test
    void sessionsAreATableWithMarks() {
        run(Captured.pipe(""), "send", "-s", "taxes", "hello");
        Captured shell = Captured.terminal();
        run(shell, "sessions");
        List<String> lines = shell.out().lines().toList();
        assertTrue(lines.get(1).startsWith("▶   1  trip to Lisbon  active "), lines::toString);
        assertTrue(lines.get(2).startsWith(" ●  2  tax return      background  1 unread  simulated"), lines::toString);
        assertTrue(lines.get(2).endsWith("taxes"), lines::toString);
        assertFalse(shell.out().contains("\033"));
    }

    /** Planted: a note, which is for a terminal of stdout only; found red. */
    @Test
    void thatThereIsNoSessionIsToldToWhoLooksAndNotToAScript() {
        try (LoopbackServer empty = LoopbackServer.of(new MemoryService())) {
            String server = empty.address().toString();
            Captured watched = Captured.watchedPipe();
            assertEquals(0, watched.run("sessions", "--server", server));
            assertEquals("", watched.out());
            assertEquals("no session yet; make one with: bin/meanwhile --server " + server + " new\n", watched.err());
            Captured script = Captured.pipe("");
            assertEquals(0, script.run("sessions", "--server", server));
            assertEquals("", script.out() + script.err());
        }
    }

    /** Planted: the advice as it is for other names; found red. */
    @Test
    void adviceForANameLikeAnOptionDoesWhatItSays() {
        run(Captured.pipe(""), "new", "--id", "dash", "--", "-dash");
        Captured doubted = Captured.pipe("");
        assertEquals(2, run(doubted, "send", "--", "-dash", "it's", "-5"));
        assertTrue(
                doubted.err()
                        .contains("to ask there: bin/meanwhile send --session=-dash -- 'it'\\''s' -5; to ask in the"
                                + " active one, quote the text: bin/meanwhile send -- '-dash it'\\''s -5'"),
                doubted::err);
        assertEquals(0, run(Captured.pipe(""), "send", "--session=-dash", "--", "it's", "-5"));
        assertEquals(0, run(Captured.pipe(""), "send", "-s", "-dash", "text"));
        assertEquals(2, service.session("dash").getUnreadMessages());
        assertEquals(0, run(Captured.pipe(""), "send", "--", "-dash it's -5"));
        assertEquals(2, service.session("dash").getUnreadMessages());
    }

    /** Planted: the words for a name that nobody has; found red. */
    @ParameterizedTest
    @ValueSource(strings = {"switch ,", "send -s , hi", "send -s EMPTY hi", "history EMPTY", "explain -s EMPTY"})
    void anEmptyNameOfASessionIsToldAsSuch(String line) {
        Captured shell = Captured.pipe("");
        String[] args = Stream.of(line.split(" "))
                .map(arg -> arg.equals("EMPTY") ? "" : arg.replace(',', ' '))
                .toArray(String[]::new);
        assertEquals(2, run(shell, args));
        assertTrue(
                shell.err()
                        .startsWith("meanwhile: the session's name is empty or nothing but spaces; its number, id or"
                                + " name is in: bin/meanwhile sessions\n"),
                shell::err);
    }

    @Test
    void coloursAreForTerminalsThatWantThem() {
        Captured coloured = Captured.colourTerminal();
        run(coloured, "sessions");
        assertTrue(coloured.out().contains("\033[1m"));
        Captured pipe = Captured.pipe("");
        run(pipe, "sessions");
        assertFalse(pipe.out().contains("\033"));
    }

    @Test
    void aQuestionInFrontIsAnsweredOnTheTerminalAndCountsAsRead() {
        service.answering("two \033[31mwords\033[0m");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "send", "how", "are", "you"));
        assertEquals("two words\n", shell.out());
        assertTrue(shell.err().contains("digest checked"), shell::err);
        assertEquals(0, service.session("s1").getUnreadMessages());
    }

    @Test
    void aQuestionElsewhereIsNotWaitedFor() {
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "send", "-s", "tax", "when?"));
        assertEquals(
                "message m1 is with session 2 \"tax return\", in the background (other session active)\n", shell.out());
        assertTrue(shell.err().contains("bin/meanwhile switch 2"), shell::err);
        assertEquals(1, service.session("taxes").getUnreadMessages());
    }

    /** Planted: no look at the first word; found red. */
    @Test
    void aForgottenOptionSendsNothingToTheSessionInFront() {
        Captured shell = Captured.terminal();
        assertEquals(2, run(shell, "send", "tax return", "when is it due?"));
        assertTrue(
                shell.err()
                        .contains("to ask there: bin/meanwhile send -s 'tax return' 'when is it due?'; to ask in the"
                                + " active one, quote the text: bin/meanwhile send 'tax return when is it due?'"),
                shell::err);
        assertEquals(2, run(Captured.pipe(""), "send", "taxes", "x"), "an id is as good as a name");
        assertEquals(0, service.session("s1").getLastSequence());
        assertEquals(0, run(Captured.pipe(""), "send", "taxes x"));
        assertEquals(0, run(Captured.pipe(""), "send", "-s", "1", "taxes", "x"));
        assertEquals(0, run(Captured.pipe(""), "send", "2", "apples"), "a number begins many a text");
    }

    /** Planted: no word about the number; found red. */
    @Test
    void aNameOfDigitsIsSaidToBeTakenForANumber() {
        Captured made = Captured.terminal();
        run(made, "new", "1");
        assertTrue(made.err().contains("\"1\" alone is taken for a session's number; this one is name:1"), made::err);
        assertEquals(0, run(Captured.pipe(""), "send", "-s", "name:1", "x"));
        assertEquals(1, service.session("s3").getUnreadMessages());
    }

    /** Seen red by picocli's own way, which reads arguments from the file. */
    @Test
    void aTextThatBeginsWithAnAtSignIsAText(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "s3cret");
        run(Captured.pipe(""), "send", "-s", "2", "@" + file);
        Captured shell = Captured.terminal();
        run(shell, "switch", "2");
        assertTrue(shell.out().startsWith("> @" + file + "\n"), shell::out);
    }

    @Test
    void aScriptGetsTheIdOrTheAnswer() {
        Captured id = Captured.pipe("what?\n");
        assertEquals(0, run(id, "send", "-s", "2", "-"));
        assertEquals("m1\n", id.out());
        Captured answer = Captured.pipe("what?\n");
        assertEquals(0, run(answer, "send", "--wait", "-s", "1"));
        assertEquals("the answer\n", answer.out());
        assertEquals("", answer.err());
    }

    /** A read cursor can't leave out what lies before it, so showing one answer must not mark two as read. */
    @Test
    void anAnswerThatWasNotShownStaysUnread() {
        run(Captured.pipe(""), "send", "first");
        Captured shell = Captured.terminal();
        run(shell, "send", "--wait", "second");
        assertEquals(2, service.session("s1").getUnreadMessages());
        assertTrue(
                shell.err()
                        .contains(
                                "1 other answer of this session is unread, so this one stays unread too; read them with: "),
                shell::err);
    }

    @Test
    void anAnswerThatFailsIsAFailureOfTheCommand() {
        service.failing();
        Captured shell = Captured.pipe("");
        assertEquals(1, run(shell, "send", "--wait", "hello"));
        assertTrue(shell.err().contains("failed: provider rejected"), shell::err);
    }

    @Test
    void aSwitchShowsWhatCameAndMarksItRead() {
        run(Captured.pipe(""), "send", "-s", "2", "when?\nand where?");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "switch", "2"));
        assertEquals("> when?\n> and where?\nthe answer\n", shell.out());
        assertTrue(shell.err().contains("▶ session 2 \"tax return\", from session 1"), shell::err);
        assertTrue(shell.err().contains("● 1 answer came while you were away"), shell::err);
        assertEquals(0, service.session("taxes").getUnreadMessages());
        assertTrue(service.session("taxes").getActive());
        Captured again = Captured.terminal();
        run(again, "switch", "2");
        assertEquals("", again.out());
        assertTrue(again.err().contains("nothing new"), again::err);
    }

    @Test
    void tailShowsWhatIsUnreadAndMarksItRead() {
        run(Captured.pipe(""), "send", "first");
        run(Captured.pipe(""), "send", "second");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "tail"));
        assertEquals("[message m1]\nthe answer\n[message m2]\nthe answer\n", shell.out());
        assertEquals(0, service.session("s1").getUnreadMessages());
    }

    @Test
    void tailGoesOnBehindAnEntry() {
        run(Captured.pipe(""), "send", "first");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "tail", "--message", "m1", "--after", "2"));
        assertEquals("answer\n", shell.out());
        assertTrue(shell.err().contains("digest not checked"), shell::err);
        assertEquals(2, run(Captured.terminal(), "tail", "--after", "-1"));
    }

    @Test
    void explainGoesThroughTheStages() {
        run(Captured.pipe(""), "send", "-s", "2", "hello");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "explain", "m1"));
        assertTrue(shell.out().startsWith("message m1 of session taxes: completed\n"), shell::out);
        assertTrue(shell.out().contains("ROUTING  background, since session s1 was the active one"), shell::out);
        for (String stage : List.of("ROUTING", "QUEUE", "WORKER", "STORE", "NOTIFY")) {
            assertTrue(shell.out().contains("\n" + stage), stage);
        }
    }

    @Test
    void jsonIsTheServicesOwnMessagesOneALine() throws Exception {
        service.answering("a\u009bb");
        Captured shell = Captured.terminal();
        assertEquals(0, run(shell, "--json", "send", "--wait", "hello"));
        List<String> lines = shell.out().lines().toList();
        SubmitMessageResponse.Builder accepted = SubmitMessageResponse.newBuilder();
        JsonFormat.parser().merge(lines.getFirst(), accepted);
        assertEquals("m1", accepted.getMessage().getMessageId());
        ResponseChunksResponse.Builder text = ResponseChunksResponse.newBuilder();
        JsonFormat.parser().merge(lines.get(3), text);
        assertEquals("a\u009bb", text.getEntries().getEntries(0).getText().getText());
        assertFalse(shell.out().contains("\u009b"), "a terminal would obey it");
        assertEquals(0, service.session("s1").getUnreadMessages());

        Captured list = Captured.pipe("");
        run(list, "sessions", "--json");
        ListSessionsResponse.Builder sessions = ListSessionsResponse.newBuilder();
        JsonFormat.parser().merge(list.out(), sessions);
        assertEquals(2, sessions.getSessionsCount());
    }

    @Test
    void whatTheServerRefusesIsSaidWithTheCommandThatHelpsAndItsReason() {
        Captured shell = Captured.pipe("");
        assertEquals(1, run(shell, "explain", "nosuch"));
        assertEquals(
                "meanwhile: no message 'nosuch' in this workspace; those of a session are in:"
                        + " bin/meanwhile history SESSION [MESSAGE_NOT_FOUND]\n",
                shell.err());
        assertEquals("", shell.out());
    }

    /** Planted: a hint made of the program's name alone; found red. */
    @Test
    void hintsKeepTheServerAndTheWorkspaceOfTheLine() {
        String address = server.address().toString();
        Captured shell = Captured.terminal();
        assertEquals(0, shell.run("send", "--server", address, "--workspace", "my place", "-s", "2", "when?"));
        String again = "bin/meanwhile --server " + address + " --workspace 'my place' ";
        assertTrue(shell.err().contains(again + "switch 2; why: " + again + "explain m1"), shell::err);
    }

    /** Planted: picocli's own way with "@"; found red. */
    @Test
    void aWordThatBeginsLikeAFileNameIsText() throws Exception {
        Path file = Files.createTempFile("at", ".txt");
        try {
            run(Captured.pipe(""), "send", "-s", "2", "@" + file);
            Captured shell = Captured.terminal();
            run(shell, "switch", "2");
            assertTrue(shell.out().startsWith("> @" + file + "\n"), shell::out);
        } finally {
            Files.delete(file);
        }
    }

    private int run(Captured shell, String... args) {
        shell.environment.put("MEANWHILE_SERVER", server.address().toString());
        return shell.run(args);
    }
}
