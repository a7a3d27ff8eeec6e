package dev.meanwhile.server.soak;

/**
 * How much a {@link KillRun} does.
 *
 * @param perSecond submits
 * @param answerMillis how long an answer takes: it must be long beside the time readers are behind
 */
record KillSize(int rounds, int sessions, int workers, int perSecond, int answerMillis) {
    private static final int CHUNKS = 10;

    String[] flags() {
        return new String[] {
            "--heartbeat=200ms",
            "--workers=" + workers,
            "--model.simulated.adapter=simulated",
            "--model.simulated.latency=10ms",
            "--model.simulated.chunks=" + CHUNKS,
            "--model.simulated.chunk-delay=" + answerMillis / CHUNKS + "ms"
        };
    }
}
