package dev.meanwhile.server.llm.simulated;

import dev.meanwhile.server.llm.AnswerGuard;
import dev.meanwhile.server.llm.AnswerListener;
import dev.meanwhile.server.llm.LanguageModel;
import dev.meanwhile.server.llm.ModelCall;
import dev.meanwhile.server.llm.Prompt;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The built-in model. No thread sleeps for it: the timer only wakes, and each delivery runs on a virtual thread of its
 * own, so that a listener that blocks delays no other answer. Without latency and delay the whole answer is delivered
 * by {@link #start} itself.
 */
public final class SimulatedModel implements LanguageModel {
    private final SimulatedConfig config;
    private final ScheduledExecutorService timer;
    private final Executor delivery;

    /** The timer is shared; whoever made it ends it. */
    public SimulatedModel(SimulatedConfig config, ScheduledExecutorService timer) {
        this(config, timer, step -> Thread.ofVirtual().name("simulated-answer").start(step));
    }

    SimulatedModel(SimulatedConfig config, ScheduledExecutorService timer, Executor delivery) {
        this.config = config;
        this.timer = timer;
        this.delivery = delivery;
    }

    @Override
    public ModelCall start(Prompt prompt, AnswerListener listener) {
        SimulatedCall call = new SimulatedCall(
                config,
                new SimulatedAnswer(config, prompt.text()),
                bytes(prompt),
                new AnswerGuard(listener),
                timer,
                delivery);
        call.begin();
        return call;
    }

    @Override
    public boolean readsHistory() {
        return false;
    }

    private static long bytes(Prompt prompt) {
        String instruction = prompt.systemInstruction();
        long sum = bytes(prompt.text()) + (instruction == null ? 0 : bytes(instruction));
        for (Prompt.Turn turn : prompt.history()) {
            sum += bytes(turn.user()) + bytes(turn.assistant());
        }
        return sum;
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
