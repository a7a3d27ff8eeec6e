package dev.meanwhile.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.client.SessionList;
import dev.meanwhile.v1.Session;
import dev.meanwhile.v1.SessionState;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionFinderTest {
    private static final Session ONE = session(1, "abc", "trip to Lisbon");
    private static final Session TWO = session(2, "abd", "tax return");
    private static final Session THREE = session(3, "7", "2");
    private static final Session OLD_TAXES = closed(4, "old", "tax return");
    private final SessionFinder finder = finder(ONE, TWO, THREE, OLD_TAXES);

    @Test
    void numberGoesBeforeIdBeforeName() {
        assertEquals(ONE, finder.find("1"));
        assertEquals(TWO, finder.find("2"), "not the one that is named 2");
        assertEquals(THREE, finder.find("7"));
        assertEquals(ONE, finder.find("trip to Lisbon"));
    }

    @Test
    void aPrefixThatOnlyOneHasIsEnough() {
        assertEquals(ONE, finder.find("tri"));
        assertEquals(OLD_TAXES, finder.find("ol"));
        assertEquals(TWO, finder.find("tax"), "the open one goes first");
        assertEquals(
                "\"ab\" may be 1 \"trip to Lisbon\" (id abc) or 2 \"tax return\" (id abd); give its number or more of its"
                        + " name or id",
                refused("ab"));
        assertTrue(refused("t").contains("may be"));
    }

    /** It went wrong: {@code switch 9} in a transcript found a session whose id began with 9. */
    @Test
    void aNumberThatIsGoneIsNotTheBeginningOfAnId() {
        SessionFinder digits = new SessionFinder(
                new Cli(Captured.pipe("").shell()), new SessionList(List.of(session(1, "95x", "a")), ""));
        assertEquals(
                "no session has the number or name 9; they are in: bin/meanwhile sessions",
                message(() -> digits.find("9")));
        assertEquals(1, digits.find("95x").getNumber());
    }

    @Test
    void aNameThatLooksLikeANumberIsReachedByItsPrefix() {
        assertEquals(THREE, finder.find("name:2"));
        assertEquals(THREE, finder.find("name:7"), "its id");
        assertTrue(refused("name:tax").contains("no session"), "not the beginning of a name");
    }

    @Test
    void anOpenSessionGoesBeforeAClosedOneOfItsName() {
        assertEquals(TWO, finder.find("tax return"));
        assertEquals(OLD_TAXES, finder.find("4"));
    }

    @Test
    void whatIsNearlyANameIsAskedBack() {
        assertTrue(
                refused("trpi to lisbon").endsWith("did you mean 1 \"trip to Lisbon\"?"),
                () -> refused("trpi to lisbon"));
        assertTrue(refused("Lisbon").endsWith("did you mean 1 \"trip to Lisbon\"?"));
        assertTrue(refused("xyzzy").contains("bin/meanwhile sessions"));
    }

    /** Planted: what matches listed as it comes, and closed ones for work, too; each found red. */
    @Test
    void aClosedSessionIsProposedLastAndNeverForWork() {
        assertTrue(refused("taz").endsWith("did you mean 2 \"tax return\"?"), () -> refused("taz"));
        Session closed = closed(5, "gone", "tax 2029");
        SessionFinder closedOnly = finder(ONE, OLD_TAXES, closed);
        assertEquals(
                "no session \"taz\"; did you mean 4 \"tax return\" (closed) or 5 \"tax 2029\" (closed)?",
                message(() -> closedOnly.find("taz")));
        assertEquals(
                "no open session \"taz\"; they are in: bin/meanwhile sessions",
                message(() -> closedOnly.findForWork("taz")));
        assertEquals(
                "no open session \"tax\"; they are in: bin/meanwhile sessions",
                message(() -> closedOnly.findForWork("tax")));
        assertEquals(closed, closedOnly.findForWork("gone"), "so that it is told to be closed");
        SessionFinder both = finder(closed, TWO, session(6, "t", "taxi"));
        assertEquals(
                "\"tax\" may be 2 \"tax return\" or 6 \"taxi\" or 5 \"tax 2029\" (closed); give its number or more of its"
                        + " name or id",
                message(() -> both.find("tax")));
        assertTrue(message(() -> both.findForWork("tax")).contains("2 \"tax return\" or 6 \"taxi\";"));
    }

    @Test
    void theActiveOneIsMeantByNone() {
        assertEquals(TWO, finder.active());
        SessionFinder nobody = new SessionFinder(new Cli(Captured.pipe("").shell()), new SessionList(List.of(ONE), ""));
        assertTrue(message(nobody::active).contains("no session is active"));
        SessionFinder nothing = new SessionFinder(new Cli(Captured.pipe("").shell()), new SessionList(List.of(), ""));
        assertTrue(message(nothing::active).contains("bin/meanwhile new"));
        assertTrue(message(() -> nothing.find("1")).contains("bin/meanwhile new"));
    }

    @Test
    void countsWhatAHandDoesWrong() {
        assertEquals(0, SessionFinder.distance("abc", "abc"));
        assertEquals(1, SessionFinder.distance("abc", "acb"));
        assertEquals(1, SessionFinder.distance("abc", "ab"));
        assertEquals(3, SessionFinder.distance("", "abc"));
        assertEquals(3, SessionFinder.distance("kitten", "sitting"));
    }

    private String refused(String wanted) {
        return message(() -> finder.find(wanted));
    }

    private static SessionFinder finder(Session... sessions) {
        return new SessionFinder(new Cli(Captured.pipe("").shell()), new SessionList(List.of(sessions), "abd"));
    }

    private static String message(org.junit.jupiter.api.function.Executable use) {
        return String.valueOf(assertThrows(UserError.class, use).getMessage());
    }

    private static Session session(int number, String id, String name) {
        return Session.newBuilder()
                .setNumber(number)
                .setSessionId(id)
                .setName(name)
                .setState(SessionState.SESSION_STATE_OPEN)
                .build();
    }

    private static Session closed(int number, String id, String name) {
        return session(number, id, name).toBuilder()
                .setState(SessionState.SESSION_STATE_CLOSED)
                .build();
    }
}
