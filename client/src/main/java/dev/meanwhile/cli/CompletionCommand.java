package dev.meanwhile.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code completion}: what makes a shell's Tab know us. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a script by which your shell completes commands, options, and the names of sessions and models.",
            "Names are those that the last command has seen; Tab itself asks no server and starts no Java."
        },
        footer = {
            "%nbash, in ~/.bashrc:                    source <(bin/meanwhile completion bash)",
            "zsh, in ~/.zshrc behind compinit:      source <(bin/meanwhile completion zsh)",
            "fish, in ~/.config/fish/config.fish:   bin/meanwhile completion fish | source"
        })
final class CompletionCommand implements Runnable {
    /** Those we have a script for. */
    enum Kind {
        bash,
        zsh,
        fish
    }

    private final Cli cli;

    @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Kind shell = Kind.bash;

    CompletionCommand(Cli cli) {
        this.cli = cli;
    }

    @Override
    public void run() {
        JsonPrinter.refuse(cli, "completion asks it nothing");
        // Of a command line with all commands, also where only this one was made.
        CompletionScripts scripts = new CompletionScripts(Cli.over(cli.shell()));
        cli.screen()
                .print(
                        switch (shell) {
                            case bash -> scripts.bash();
                            case zsh -> scripts.zsh();
                            case fish -> scripts.fish();
                        });
    }
}
