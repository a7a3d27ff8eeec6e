package dev.meanwhile.server.queue;

import dev.meanwhile.server.domain.FailureReason;
import dev.meanwhile.server.domain.Lease;
import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.ModelSigns;
import dev.meanwhile.server.queue.Claims.Free;
import dev.meanwhile.server.telemetry.ServiceLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a model whose provider is out: nothing of it is claimed until the wait is over, then one call at a time until
 * one is answered. So an outage touches about as many messages as there are workers, and the others wait unharmed.
 *
 * <p>In memory only: after a restart the model is tried afresh.
 */
public final class ModelHolds {
    /** A provider whose clock or whose answer is wrong must not hold its model for days. */
    private static final Duration LONGEST_ASKED = Duration.ofHours(1);

    private final RetryDelays delays;
    private final Clock clock;
    private final DoubleSupplier random;
    private final Map<String, Model> models = new HashMap<>();

    /** @param random gives numbers from 0 (inclusive) to 1 (exclusive) */
    public ModelHolds(RetryDelays delays, Clock clock, DoubleSupplier random) {
        this.delays = delays;
        this.clock = clock;
        this.random = random;
    }

    private static final class Model {
        /** Rises with every hold and with its end; only a call claimed in the present one is news. */
        long era;

        final Map<Lease, Long> eraByCall = new HashMap<>();

        @Nullable
        ModelHold hold;
        /** The one call under way while the model is held. */
        @Nullable
        Lease probe;

        ModelSigns signs = new ModelSigns(null, null);

        boolean isNews(Lease lease) {
            return Objects.equals(eraByCall.get(lease), era);
        }

        void begin(@Nullable ModelHold next) {
            era++;
            hold = next;
            probe = null;
        }
    }

    public synchronized ModelSigns signs(String model) {
        return of(model).signs;
    }

    /** Null = nothing is known against it. */
    public synchronized @Nullable ModelHold find(String model) {
        return of(model).hold;
    }

    /**
     * What may be claimed of a model.
     *
     * @param era to be given back with each lease, so that an outage told meanwhile is told of an era before
     */
    record Open(Free free, long era) {}

    /** What of these slots may be claimed at that time. */
    synchronized Open open(String name, Free free, Instant now) {
        Model model = of(name);
        if (model.hold == null) {
            return new Open(free, model.era);
        }
        boolean waits = model.probe != null || now.isBefore(model.hold.until());
        int slots = waits ? 0 : Math.min(1, free.slots());
        return new Open(new Free(slots, Math.min(slots, free.openToLow())), model.era);
    }

    /** When the next model that is held at that time may be tried; null = there is none to wait for. */
    synchronized @Nullable Instant nextTry(Instant now) {
        Instant next = null;
        for (Model model : models.values()) {
            if (model.hold != null && model.probe == null && model.hold.until().isAfter(now)) {
                Instant until = model.hold.until();
                next = next == null || until.isBefore(next) ? until : next;
            }
        }
        return next;
    }

    /** Claimed of what was open in that era. */
    synchronized void claimed(Lease lease, long era) {
        Model model = of(lease.model());
        model.eraByCall.put(lease, era);
        if (model.hold != null && model.era == era) {
            model.probe = lease;
        }
    }

    /** The call begins. */
    public synchronized void asked(String name) {
        Model model = of(name);
        model.signs = new ModelSigns(clock.instant(), model.signs.answered());
    }

    /** The call is over, whatever came of it. */
    public synchronized void released(Lease lease) {
        Model model = of(lease.model());
        model.eraByCall.remove(lease);
        if (lease.equals(model.probe)) {
            model.probe = null;
        }
    }

    /**
     * The provider could not take this call.
     *
     * @param retryAfter what the provider asked for, taken as at most an hour; null = nothing
     * @return when the model may be tried again; past if it answers others
     */
    public synchronized Instant outage(Lease lease, FailureReason reason, @Nullable Duration retryAfter) {
        Model model = of(lease.model());
        // In the store's unit, so that a retry due then does not come a moment too early.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant asked = retryAfter == null
                ? now
                : now.plus(shorter(retryAfter, LONGEST_ASKED).plusNanos(999_999))
                        .truncatedTo(ChronoUnit.MILLIS);
        ModelHold hold = model.hold;
        if (model.isNews(lease)) {
            int failures = hold == null ? 1 : hold.failures() + 1;
            Instant until = later(asked, now.plus(delays.after(failures, random.getAsDouble())));
            model.begin(new ModelHold(until, reason, failures));
            ServiceLog.modelHeld(lease.model(), reason, failures, Duration.between(now, until));
            return until;
        }
        // It ran beside the call that told first, so it counts no more; what its provider asked for still holds.
        if (hold == null) {
            return now;
        }
        Instant until = later(asked, hold.until());
        model.hold = new ModelHold(until, hold.reason(), hold.failures());
        return until;
    }

    /** The provider answers this call. Returns whether that ended a hold, so that more may be claimed. */
    public synchronized boolean answered(Lease lease) {
        Model model = of(lease.model());
        model.signs = new ModelSigns(model.signs.asked(), clock.instant());
        if (model.hold == null || !model.isNews(lease)) {
            return false;
        }
        model.begin(null);
        ServiceLog.modelAnswers(lease.model());
        return true;
    }

    private Model of(String name) {
        return models.computeIfAbsent(name, key -> new Model());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
