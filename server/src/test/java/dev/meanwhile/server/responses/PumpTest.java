package dev.meanwhile.server.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PumpTest {
    /** Seen red: a step that threw left the pump running for ever, so that nothing woke it again. */
    @Test
    void aStepThatThrowsDoesNotKeepTheNextOnesAway() {
        AtomicInteger steps = new AtomicInteger();
        Pump pump = new Pump(Runnable::run, () -> {
            if (steps.incrementAndGet() == 1) {
                throw new AssertionError("planted");
            }
        });
        assertThrows(AssertionError.class, pump::wake);
        pump.wake();
        assertEquals(2, steps.get());
    }
}
