package dev.meanwhile.cli;

import dev.meanwhile.client.ServerAddress;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which server and which workspace a command is for. An option goes before the profile named by {@code --profile}, that
 * before the environment, that before the profile in use, that before the default.
 */
record Target(String server, String serverSource, String workspace) {
    static final String DEFAULT_SERVER = "127.0.0.1:7420";
    /** Of the environment. */
    static final List<String> VARIABLES = List.of("MEANWHILE_SERVER", "MEANWHILE_WORKSPACE");

    /** What stands on the command line; null = it does not. */
    record Options(
            @Nullable String server,
            @Nullable String workspace,
            @Nullable String profile) {}

    static Target of(Options options, Function<String, @Nullable String> environment) {
        String server = options.server();
        String serverSource = "--server";
        String workspace = options.workspace();
        ProfileFile file = new ProfileFile(environment);
        if (options.profile() != null) {
            Profile named = named(file, options.profile());
            if (server == null) {
                server = named.server();
                serverSource = "profile " + named.name();
            }
            workspace = workspace == null ? named.workspace() : workspace;
        }
        if (server == null) {
            server = variable(environment, "MEANWHILE_SERVER");
            serverSource = "MEANWHILE_SERVER";
        }
        workspace = workspace == null ? variable(environment, "MEANWHILE_WORKSPACE") : workspace;
        // The file is read only where it can decide something.
        if ((server == null || workspace == null) && options.profile() == null) {
            String name = variable(environment, "MEANWHILE_PROFILE");
            Profile used = name == null ? file.read().current() : named(file, name);
            if (used != null && server == null) {
                server = used.server();
                serverSource = "profile " + used.name();
            }
            workspace = used != null && workspace == null ? used.workspace() : workspace;
        }
        return new Target(
                server == null ? DEFAULT_SERVER : server, serverSource, workspace == null ? "default" : workspace);
    }

    /** @throws IllegalArgumentException that says where the wrong one came from */
    ServerAddress address() {
        try {
            return ServerAddress.parse(server);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(serverSource + " = " + server + ": " + e.getMessage(), e);
        }
    }

    private static Profile named(ProfileFile file, String name) {
        Profiles profiles = file.read();
        Profile profile = profiles.byName().get(name);
        if (profile == null) {
            throw ProfileCommand.unknown(name, profiles);
        }
        return profile;
    }

    private static @Nullable String variable(Function<String, @Nullable String> environment, String name) {
        String value = environment.apply(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
