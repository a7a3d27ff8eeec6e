package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Which lane is next: HIGH first, but while LOW waits, one claim after every N HIGH claims that were open to LOW takes
 * LOW. So a LOW head that p others precede in its lane is overtaken by at most N·(p+1) HIGH ones.
 */
final class ClaimRule {
    private final int highPerLow;
    private int passed;

    ClaimRule(int highPerLow, int passed) {
        this.highPerLow = highPerLow;
        this.passed = passed;
    }

    /**
     * The lane to claim from, or null if none can be.
     *
     * @param openToLow whether a slot is left that LOW may take
     */
    @Nullable
    Priority next(boolean highWaits, boolean lowWaits, boolean openToLow) {
        boolean low = lowWaits && openToLow;
        if (low && (!highWaits || passed >= highPerLow)) {
            passed = 0;
            return Priority.LOW;
        }
        if (!highWaits) {
            return null;
        }
        if (low) {
            passed++;
        }
        return Priority.HIGH;
    }

    int passed() {
        return passed;
    }
}
