package dev.meanwhile.server.store.jdbc;

/** Errors that must not end a thread of the store. */
final class Errors {
    private Errors() {}

    /** Treats it as if it had ended the thread: whoever hears of those ends the process where memory ran out. */
    static void tell(Error error) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
    }
}
