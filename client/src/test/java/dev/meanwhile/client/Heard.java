package dev.meanwhile.client;

import dev.meanwhile.v1.AttemptReset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Does with a log what a reader must, and keeps all of it. */
final class Heard implements LogListener {
    final Map<String, String> texts = new LinkedHashMap<>();
    final Map<String, AnswerEnd> ends = new LinkedHashMap<>();
    final List<String> pieces = new ArrayList<>();
    final List<String> reasoning = new ArrayList<>();
    final List<RpcError> cuts = new ArrayList<>();
    int resets;
    int dropped;

    @Override
    public void text(String messageId, String text) {
        pieces.add(text);
        texts.merge(messageId, text, String::concat);
    }

    @Override
    public void reasoning(String messageId, String text) {
        reasoning.add(text);
    }

    @Override
    public void dropText(String messageId, AttemptReset reset) {
        resets++;
        texts.remove(messageId);
    }

    @Override
    public void ended(String messageId, AnswerEnd end, Cursor through) {
        ends.put(messageId, end);
    }

    @Override
    public void dropEverything() {
        dropped++;
        texts.clear();
        ends.clear();
        pieces.clear();
    }

    @Override
    public void cut(RpcError cause, Duration pause) {
        cuts.add(cause);
    }
}
