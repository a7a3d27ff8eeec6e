package dev.meanwhile.cli;

import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code profile}: names for servers and workspaces. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Keeps servers and workspaces under short names. Alone it lists them: ▶ is the one in use.",
            "--server and --workspace go before the profile named by --profile, that before MEANWHILE_SERVER and",
            "MEANWHILE_WORKSPACE, those before the profile in use (MEANWHILE_PROFILE, if set, says which)."
        },
        footer = "%nThey lie in $XDG_CONFIG_HOME/meanwhile/profiles.properties, else below ~/.config.")
final class ProfileCommand implements Runnable {
    private static final String NO_CALL = "profile asks it nothing";
    private final Cli cli;
    private final ProfileFile file;

    ProfileCommand(Cli cli) {
        this.cli = cli;
        this.file = new ProfileFile(cli.shell().environment());
    }

    @Override
    public void run() {
        JsonPrinter.refuse(cli, NO_CALL);
        Profiles profiles = file.read();
        Screen screen = cli.screen();
        if (profiles.byName().isEmpty()) {
            screen.status("no profile yet; make one with: " + Cli.NAME + " profile add NAME --server HOST:PORT");
            return;
        }
        Table table = new Table();
        table.row(" ", "NAME", "SERVER", "WORKSPACE");
        for (Profile profile : profiles.sorted()) {
            table.row(
                    profile.name().equals(profiles.inUse()) ? "▶" : " ",
                    profile.name(),
                    Objects.requireNonNullElse(profile.server(), "-"),
                    Objects.requireNonNullElse(profile.workspace(), "-"));
        }
        List<String> lines = table.lines();
        screen.line(screen.styled(Style.DIM, lines.getFirst()));
        lines.stream().skip(1).forEach(screen::line);
        tellOfVariables();
    }

    @Command(
            name = "add",
            aliases = "set",
            mixinStandardHelpOptions = true,
            description = "Adds a profile, or changes what is given of one: --server, --workspace or both.")
    void add(@Parameters(paramLabel = "PROFILE", description = "1 to 64 of A-Z a-z 0-9 _ and -.") String name)
            throws InterruptedException {
        JsonPrinter.refuse(cli, NO_CALL);
        Target.Options given = cli.options();
        if (given.server() == null && given.workspace() == null) {
            throw cli.usage("a profile is for a server, a workspace or both: give --server or --workspace");
        }
        boolean known = file.change(profiles -> profiles.with(added(name, given, profiles)))
                .byName()
                .containsKey(name);
        cli.screen().line("profile " + name + (known ? " changed" : " added"));
        cli.screen()
                .note("use it with: " + Cli.NAME + " profile use " + name + ", or for one command: --profile " + name);
    }

    private Profile added(String name, Target.Options given, Profiles profiles) {
        Profile before = profiles.byName().get(name);
        try {
            return new Profile(
                    name,
                    given.server() == null && before != null ? before.server() : given.server(),
                    given.workspace() == null && before != null ? before.workspace() : given.workspace());
        } catch (IllegalArgumentException e) {
            throw cli.usage(String.valueOf(e.getMessage()));
        }
    }

    @Command(
            name = "use",
            mixinStandardHelpOptions = true,
            description = "Makes a profile the one that holds where none is named; - goes back to the one before.")
    void use(@Parameters(paramLabel = "PROFILE", description = "Its name, or -.") String name)
            throws InterruptedException {
        JsonPrinter.refuse(cli, NO_CALL);
        UnaryOperator<Profiles> use =
                profiles -> profiles.using(name.equals("-") ? profiles.previous() : existing(profiles, name));
        var unused = use.apply(file.read()); // a name that is none makes no file
        Profile current = use.apply(file.change(use)).current();
        cli.screen()
                .line(
                        current == null
                                ? "no profile in use"
                                : "in use: " + current.name() + ", server "
                                        + Objects.requireNonNullElse(current.server(), Target.DEFAULT_SERVER)
                                        + ", workspace "
                                        + Objects.requireNonNullElse(current.workspace(), "default"));
        tellOfVariables();
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Forgets a profile. Nothing on its server changes.")
    void remove(@Parameters(paramLabel = "PROFILE", description = "Its name.") String name)
            throws InterruptedException {
        JsonPrinter.refuse(cli, NO_CALL);
        existing(file.read(), name); // a name that is none makes no file
        Profiles before = file.change(profiles -> profiles.without(existing(profiles, name)));
        cli.screen().line("profile " + name + " removed" + (name.equals(before.inUse()) ? "; none is in use now" : ""));
    }

    /** What goes before the profile in use, so that nobody thinks it holds. */
    private void tellOfVariables() {
        for (String name : Target.VARIABLES) {
            String value = cli.shell().environment().apply(name);
            if (value != null && !value.isEmpty()) {
                cli.screen()
                        .status(name + "=" + EscapeFilter.line(value) + " is set, and goes before the profile in use");
            }
        }
    }

    static UserError unknown(String name, Profiles profiles) {
        List<String> like = profiles.byName().keySet().stream()
                .filter(known -> SessionFinder.distance(known, name) <= 2 || known.startsWith(name))
                .sorted()
                .toList();
        String all = like.isEmpty() ? "; they are in: " + Cli.NAME + " profile" : "";
        return new UserError("no profile \"" + name + "\"" + all
                + (like.isEmpty() ? "" : like.stream().collect(Collectors.joining(" or ", "; did you mean ", "?"))));
    }

    private static String existing(Profiles profiles, String name) {
        if (!profiles.byName().containsKey(name)) {
            throw unknown(name, profiles);
        }
        return name;
    }
}
