package dev.meanwhile.cli;

/** The command can't be carried out; the message says why and what to do, and is all the user sees. */
final class UserError extends RuntimeException {
    UserError(String message) {
        super(message);
    }
}
