package dev.meanwhile.cli;

/** Placeholder. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("meanwhile cli " + String.join(" ", args));
    }
}
