package dev.meanwhile.server.coordinator;

import java.util.List;
import java.util.random.RandomGenerator;

/** Names for sessions that were given none: easy to tell apart and to type. */
final class FriendlyNames {
    private static final List<String> FIRST = List.of(
            "amber", "brisk", "calm", "clear", "cosy", "deft", "dusky", "early", "fair", "fleet", "gentle", "glad",
            "golden", "hardy", "ivory", "jolly", "keen", "kind", "lively", "lucid", "mellow", "merry", "misty", "neat",
            "noble", "opal", "plain", "quick", "quiet", "rapid", "rosy", "sandy", "sharp", "silver", "steady", "sunny",
            "swift", "tidy", "vivid", "warm");
    private static final List<String> SECOND = List.of(
            "aspen", "badger", "beacon", "birch", "brook", "cedar", "comet", "coral", "crane", "delta", "ember",
            "falcon", "fern", "finch", "fjord", "gull", "harbor", "hazel", "heron", "island", "jay", "lagoon", "lark",
            "linden", "maple", "meadow", "moth", "oak", "orchid", "otter", "pebble", "pine", "prairie", "raven", "reef",
            "river", "robin", "sparrow", "thistle", "willow");

    private FriendlyNames() {}

    static String next(RandomGenerator random) {
        return FIRST.get(random.nextInt(FIRST.size())) + "-" + SECOND.get(random.nextInt(SECOND.size()));
    }
}
