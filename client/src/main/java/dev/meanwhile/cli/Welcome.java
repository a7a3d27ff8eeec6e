package dev.meanwhile.cli;

/** The page for somebody who typed the program's name and nothing else. */
final class Welcome {
    private Welcome() {}

    static void print(Screen screen) {
        screen.line("""
                Meanwhile keeps LLM chat sessions working while you are somewhere else.

                See what it does, in ten seconds and with nothing to set up:
                  bin/meanwhile demo

                Use it:
                  bin/meanwhile serve                   start the server (in a terminal of its own)
                  bin/meanwhile new "trip to Lisbon"    make a session; the first one is active
                  bin/meanwhile send "where to stay?"   ask in the active session
                  bin/meanwhile new taxes               make another session, in the background
                  bin/meanwhile send -s taxes "when?"   ask there; the answer waits for you
                  bin/meanwhile sessions                see where answers wait
                  bin/meanwhile switch taxes            go there and read them

                All commands: bin/meanwhile --help""");
    }
}
