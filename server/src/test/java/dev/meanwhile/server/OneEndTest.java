package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.llm.ModelFailure;
import dev.meanwhile.v1.Message;
import dev.meanwhile.v1.ResponseEntry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P2: every message ends once; retries bring it there, and so does the next server after this one has stopped. */
final class OneEndTest {
    private static final ModelFailure FAULT = ModelFailure.fault(FailureReason.PROVIDER_CUT, "cut");
    private static final ModelFailure OUTAGE = ModelFailure.outage(FailureReason.PROVIDER_UNAVAILABLE, null, "down");

    @TempDir
    Path folder;

    private final ScriptedModel model = new ScriptedModel();
    private final SettableClock clock = new SettableClock();

    /** Planted: 4 attempts; 1 s before each; a retry that starts before it is due. */
    @Test
    void p2AnswerFaultsGetThreeAttemptsOneAndFourSecondsApart() throws Exception {
        try (TestServer server = start(folder)) {
            server.session("probe");
            Message message = submit(server);
            assertEquals(Duration.ofSeconds(1), fail(server, message, FAULT));
            assertNotDueAfter(server, message, Duration.ofMillis(999));
            clock.advance(Duration.ofMillis(1));
            Calls.wakeWorkers(server);
            assertEquals(Duration.ofSeconds(4), fail(server, message, FAULT));
            assertNotDueAfter(server, message, Duration.ofMillis(3_999));
            clock.advance(Duration.ofMillis(1));
            Calls.wakeWorkers(server);
            fail(server, message, FAULT);
            assertFailed(server, message, dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_CUT, 3);
        }
    }

    /** Planted: a bound on the number of outages; retry-for counted from the last attempt; failed while it is not over. */
    @Test
    void p2OutagesAreRetriedUntilRetryForAtGrowingDistances() throws Exception {
        try (TestServer server = start(folder, "--retry-for=5m")) {
            Message message = submit(server);
            Instant first = clock.instant();
            int attempts = 0;
            Duration delay = fail(server, message, OUTAGE);
            while (delay != null) {
                double base = Math.min(60_000, 1_000 * Math.pow(4, attempts));
                double most = Math.min(60_000, 1.2 * base);
                boolean last = !clock.instant().plus(delay).isBefore(first.plus(Duration.ofMinutes(5)));
                assertTrue(last || delay.toMillis() >= base, attempts + ": " + delay);
                assertTrue(delay.toMillis() <= most, attempts + ": " + delay);
                attempts++;
                clock.advance(delay);
                Calls.wakeWorkers(server);
                delay = fail(server, message, OUTAGE);
            }
            Duration tried = Duration.between(first, clock.instant());
            assertTrue(tried.compareTo(Duration.ofMinutes(5)) >= 0, "tried for " + tried);
            assertTrue(tried.compareTo(Duration.ofMinutes(6)) <= 0, "tried for " + tried);
            assertFailed(
                    server, message, dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_UNAVAILABLE, attempts + 1);
        }
    }

    /** Planted: Retry-After left out of the due time. */
    @Test
    void p2TheProvidersRetryAfterIsKept() throws Exception {
        try (TestServer server = start(folder)) {
            Message message = submit(server);
            ModelFailure busy =
                    ModelFailure.outage(FailureReason.PROVIDER_RATE_LIMITED, Duration.ofSeconds(100), "busy");
            assertEquals(Duration.ofSeconds(100), fail(server, message, busy));
            clock.advance(Duration.ofSeconds(100));
            Calls.wakeWorkers(server);
            ModelFailure tooLong =
                    ModelFailure.outage(FailureReason.PROVIDER_RATE_LIMITED, Duration.ofDays(11_000), "busy");
            fail(server, message, tooLong);
            assertFailed(server, message, dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_RATE_LIMITED, 2);
        }
    }

    /** Planted: retryable() not looked at. */
    @Test
    void p2WhatWouldFailAgainIsNotRetried() throws Exception {
        try (TestServer server = start(folder)) {
            Message message = submit(server);
            fail(server, message, ModelFailure.lasting(FailureReason.PROVIDER_REJECTED, "bad request"));
            assertFailed(server, message, dev.meanwhile.v1.FailureReason.FAILURE_REASON_PROVIDER_REJECTED, 1);
        }
    }

    /** Planted: one counter for both kinds. */
    @Test
    void p2FaultsAndOutagesAreCountedApart() throws Exception {
        try (TestServer server = start(folder)) {
            Message message = submit(server);
            for (ModelFailure failure : List.of(OUTAGE, FAULT, OUTAGE, FAULT, OUTAGE)) {
                clock.advance(retried(server, message, failure));
                Calls.wakeWorkers(server);
            }
            model.next().text("at last").complete();
            assertEquals(
                    dev.meanwhile.v1.MessageState.MESSAGE_STATE_COMPLETED,
                    Calls.ended(server, message).getState());
            assertEquals(6, Calls.message(server, message.getMessageId()).getAttempts());
        }
    }

    /** Planted: a hand-back that counts as an answer's fault; drain() without the hand-back (then it is a crash). */
    @Test
    void p2AStoppingServerHandsBackAndTheNextOneGoesOn() throws Exception {
        Message message;
        try (TestServer server = start(folder, "--drain=0")) {
            message = submit(server);
            model.next().text("half");
            LogStream.follow(server, "s").until(ResponseEntry::hasText);
        }
        try (TestServer server = start(folder)) {
            assertEquals(
                    dev.meanwhile.v1.MessageState.MESSAGE_STATE_RUNNING,
                    Calls.message(server, message.getMessageId()).getState());
            // None of the three attempts was used up.
            clock.advance(retried(server, message, FAULT));
            Calls.wakeWorkers(server);
            clock.advance(retried(server, message, FAULT));
            Calls.wakeWorkers(server);
            model.next().text("whole").complete();
            List<ResponseEntry> log = LogStream.whole(server, "s", message.getMessageId());
            assertEquals("half", log.get(1).getText().getText());
            assertEquals(
                    dev.meanwhile.v1.FailureReason.FAILURE_REASON_WORKER_LOST,
                    log.get(2).getAttemptReset().getCause());
            assertEquals(4, log.get(3).getStarted().getAttempt());
            assertEquals("whole", log.get(4).getText().getText());
            assertTrue(log.get(5).hasCompleted());
            assertEquals(6, log.size());
        }
    }

    private TestServer start(Path data, String... flags) throws Exception {
        return TestServer.start(data, clock, List.of(model), flags);
    }

    private static Message submit(TestServer server) {
        server.session("s");
        return server.submit("s", "hello");
    }

    private Duration retried(TestServer server, Message message, ModelFailure failure) throws Exception {
        return Objects.requireNonNull(fail(server, message, failure), "no further attempt");
    }

    /** Lets the attempt fail; returns how long the next one waits, null if there is none. */
    private @Nullable Duration fail(TestServer server, Message message, ModelFailure failure) throws Exception {
        ScriptedModel.Call call = model.next();
        call.fail(failure);
        call.cancelled().get(60, TimeUnit.SECONDS); // closed once the failure is committed
        Message now = Calls.message(server, message.getMessageId());
        return now.hasRetryTime()
                ? Duration.between(
                        clock.instant(),
                        Instant.ofEpochSecond(
                                now.getRetryTime().getSeconds(),
                                now.getRetryTime().getNanos()))
                : null;
    }

    /** A claim that takes another message leaves this one waiting. */
    private void assertNotDueAfter(TestServer server, Message message, Duration time) throws Exception {
        clock.advance(time);
        int before = Calls.message(server, message.getMessageId()).getAttempts();
        Message probe = server.submit("probe", "probe");
        ScriptedModel.Call call = model.next();
        assertEquals("probe", call.prompt().text());
        call.text("x").complete();
        Calls.ended(server, probe);
        assertEquals(before, Calls.message(server, message.getMessageId()).getAttempts());
    }

    private static void assertFailed(
            TestServer server, Message message, dev.meanwhile.v1.FailureReason reason, int attempts) {
        Message ended = Calls.ended(server, message);
        assertEquals(dev.meanwhile.v1.MessageState.MESSAGE_STATE_FAILED, ended.getState());
        assertEquals(reason, ended.getFailureReason());
        assertEquals(attempts, ended.getAttempts());
        assertFalse(ended.hasRetryTime());
        List<ResponseEntry> log = LogStream.log(server, "s");
        assertEquals(1, log.stream().filter(Calls::terminal).count());
        assertEquals(attempts, log.getLast().getFailed().getAttempts());
    }
}
