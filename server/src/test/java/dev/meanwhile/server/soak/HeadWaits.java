package dev.meanwhile.server.soak;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the longest time that a head stood in its lane while a slot was free that it could have taken. */
final class HeadWaits {
    /** From one moment to another, in milliseconds. */
    record Span(long from, long to) {}

    private record Stay(boolean high, long time) {}

    private record Run(boolean high, Span span) {}

    private final Map<Long, List<Stay>> stays = new HashMap<>();
    private final Map<Long, Run> runs = new HashMap<>();

    /** A message got a place in a lane, and stood there until the next place or until it ran. */
    void stood(long message, boolean high, long time) {
        stays.computeIfAbsent(message, key -> new ArrayList<>()).add(new Stay(high, time));
    }

    /** A message held a slot until it ended (0 = it did not), counted for the lane it was claimed from. */
    void ran(long message, boolean high, long from, long to) {
        runs.put(message, new Run(high, new Span(from, to == 0 ? Long.MAX_VALUE : to)));
    }

    int heads() {
        return stays.size();
    }

    /** @param now until when those wait that never ran */
    long longestMillis(int workers, int openToLow, long now) {
        List<Span> freeForHigh = free(workers, workers);
        List<Span> freeForLow = free(workers, openToLow);
        long longest = 0;
        for (Map.Entry<Long, List<Stay>> head : stays.entrySet()) {
            Run run = runs.get(head.getKey());
            long since = Long.MIN_VALUE;
            long until = Long.MIN_VALUE;
            long ran = run == null ? now : run.span().from();
            List<Stay> places = head.getValue();
            for (int i = 0; i < places.size(); i++) {
                long end = i + 1 < places.size() ? places.get(i + 1).time() : ran;
                for (Span part : within(
                        places.get(i).high() ? freeForHigh : freeForLow,
                        places.get(i).time(),
                        end)) {
                    since = part.from() <= until ? since : part.from();
                    until = part.to();
                    longest = Math.max(longest, until - since);
                }
            }
        }
        return longest;
    }

    /** When fewer than {@code workers} ran, and fewer than {@code low} of the lane LOW. */
    private List<Span> free(int workers, int low) {
        TreeMap<Long, int[]> changes = new TreeMap<>();
        for (Run run : runs.values()) {
            change(changes, run.span().from(), run.high(), 1);
            change(changes, run.span().to(), run.high(), -1);
        }
        List<Span> free = new ArrayList<>();
        int all = 0;
        int ofLow = 0;
        long since = Long.MIN_VALUE;
        boolean isFree = true;
        for (Map.Entry<Long, int[]> change : changes.entrySet()) {
            all += change.getValue()[0];
            ofLow += change.getValue()[1];
            boolean now = all < workers && (low == workers || ofLow < low);
            if (isFree && !now) {
                free.add(new Span(since, change.getKey()));
            } else if (!isFree && now) {
                since = change.getKey();
            }
            isFree = now;
        }
        free.add(new Span(since, Long.MAX_VALUE));
        return free;
    }

    private static void change(TreeMap<Long, int[]> changes, long time, boolean high, int delta) {
        int[] at = changes.computeIfAbsent(time, key -> new int[2]);
        at[0] += delta;
        at[1] += high ? 0 : delta;
    }

    private static List<Span> within(List<Span> spans, long from, long to) {
        int first = 0;
        int last = spans.size();
        while (first < last) { // the first span that ends after from
            int middle = (first + last) >>> 1;
            if (spans.get(middle).to() <= from) {
                first = middle + 1;
            } else {
                last = middle;
            }
        }
        List<Span> parts = new ArrayList<>();
        for (int i = first; i < spans.size() && spans.get(i).from() < to; i++) {
            parts.add(new Span(
                    Math.max(from, spans.get(i).from()),
                    Math.min(to, spans.get(i).to())));
        }
        return parts;
    }
}
