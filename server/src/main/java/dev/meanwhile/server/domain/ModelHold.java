package dev.meanwhile.server.domain;

import java.time.Instant;

/**
 * Nothing is started on a model for a while, since its provider does not answer.
 *
 * @param until when the next call may be tried
 * @param failures calls that failed in a row, those that ran at the same time counted once
 */
public record ModelHold(Instant until, FailureReason reason, int failures) {}
