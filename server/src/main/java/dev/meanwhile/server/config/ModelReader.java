package dev.meanwhile.server.config;

import dev.meanwhile.server.config.ModelConfig.Adapter;
import dev.meanwhile.server.domain.ModelInfo;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Makes the models from the settings. */
public final class ModelReader {
    private static final String SIMULATED = "simulated";
    private static final int ANTHROPIC_MAX_TOKENS = 4096;
    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);
    private static final List<Setting<?>> OF_SIMULATED =
            List.of(ConfigTable.CHUNKS, ConfigTable.LATENCY, ConfigTable.CHUNK_DELAY, ConfigTable.CHUNK_BYTES);
    private static final List<Setting<?>> OF_PROVIDERS = List.of(
            ConfigTable.URL,
            ConfigTable.PROVIDER_NAME,
            ConfigTable.KEY_ENV,
            ConfigTable.KEY_FILE,
            ConfigTable.MAX_TOKENS,
            ConfigTable.TEMPERATURE);

    private final ConfigValues values;

    private ModelReader(ConfigValues values) {
        this.values = values;
    }

    /** At least one, in alphabetical order; without those in which something is missing. */
    public static List<ModelConfig> read(ConfigValues values) {
        ModelReader reader = new ModelReader(values);
        Collection<String> configured = values.models();
        Collection<String> names = configured.isEmpty() ? List.of(SIMULATED) : configured;
        String ofDefault = reader.defaultModel(names);
        return names.stream()
                .map(name -> reader.model(name, name.equals(ofDefault)))
                .flatMap(Optional::stream)
                .toList();
    }

    private String defaultModel(Collection<String> names) {
        Optional<String> chosen = values.find(ConfigTable.DEFAULT_MODEL);
        boolean isMistake = chosen.isEmpty()
                ? values.clearModels().size() > 1
                : !names.contains(chosen.get()) && !values.mayBeMisspelt(chosen.get());
        if (isMistake) {
            values.refuse(ConfigTable.DEFAULT_MODEL, "expected one of the models: " + String.join(", ", names));
        }
        return chosen.orElseGet(() -> names.iterator().next());
    }

    private Optional<ModelConfig> model(String name, boolean isDefault) {
        AdapterName adapter = values.get(ConfigTable.ADAPTER.of(name));
        int workers = values.find(ConfigTable.MODEL_WORKERS.of(name)).orElseGet(() -> values.get(ConfigTable.WORKERS));
        int window = values.get(ConfigTable.WINDOW.of(name));
        ModelInfo info = new ModelInfo(name, isDefault, lowerCase(adapter), window, workers, reserved(name, workers));
        Optional<? extends Adapter> configured =
                adapter == AdapterName.SIMULATED ? Optional.of(simulated(name)) : endpoint(name, adapter);
        return configured.map(how -> new ModelConfig(info, how));
    }

    private int reserved(String name, int workers) {
        Setting<Integer> own = ConfigTable.MODEL_RESERVED.of(name);
        Setting<Integer> decides = values.isGiven(own) ? own : ConfigTable.RESERVED;
        int reserved = values.find(decides).orElse(Math.min(2, workers - 1));
        if (reserved >= workers) {
            Setting<Integer> ownWorkers = ConfigTable.MODEL_WORKERS.of(name);
            values.refuse(
                    decides,
                    "must be less than the workers of model " + name + " (" + workers + ")",
                    own,
                    ownWorkers,
                    values.isGiven(ownWorkers) ? ownWorkers : ConfigTable.WORKERS);
            return workers - 1;
        }
        return reserved;
    }

    private ModelConfig.Simulated simulated(String name) {
        refuseForeign(name, OF_PROVIDERS, "the adapters openai and anthropic have");
        return new ModelConfig.Simulated(
                values.get(ConfigTable.CHUNKS.of(name)),
                values.get(ConfigTable.LATENCY.of(name)),
                values.get(ConfigTable.CHUNK_DELAY.of(name)),
                values.get(ConfigTable.CHUNK_BYTES.of(name)));
    }

    private Optional<ModelConfig.Endpoint> endpoint(String name, AdapterName adapter) {
        refuseForeign(name, OF_SIMULATED, "the adapter simulated has");
        Optional<Secret> key = key(name);
        if (adapter == AdapterName.ANTHROPIC && key.isEmpty()) {
            values.refuse(
                    ConfigTable.KEY_ENV.of(name),
                    "the adapter anthropic needs this or key-file",
                    ConfigTable.KEY_FILE.of(name));
        }
        OptionalInt maxTokens = maxTokens(name, adapter);
        // Not guessed: a forgotten address must not send chats to a stranger.
        Optional<URI> url = values.find(ConfigTable.URL.of(name));
        if (url.isEmpty()) {
            values.refuse(ConfigTable.URL.of(name), "the adapter " + lowerCase(adapter) + " needs one");
        }
        return url.map(address -> new ModelConfig.Endpoint(
                adapter,
                address,
                values.find(ConfigTable.PROVIDER_NAME.of(name)).orElse(name),
                key,
                maxTokens,
                values.find(ConfigTable.TEMPERATURE.of(name))
                        .map(OptionalDouble::of)
                        .orElseGet(OptionalDouble::empty)));
    }

    private OptionalInt maxTokens(String name, AdapterName adapter) {
        Setting<Integer> setting = ConfigTable.MAX_TOKENS.of(name);
        int window = values.get(ConfigTable.WINDOW.of(name));
        Optional<Integer> longest = values.find(setting);
        if (longest.isPresent() && longest.get() >= window) {
            values.refuse(
                    setting,
                    "must be less than the window of model " + name + " (" + window + ")",
                    ConfigTable.WINDOW.of(name));
        }
        if (longest.isEmpty() && adapter == AdapterName.ANTHROPIC) {
            return OptionalInt.of(Math.min(ANTHROPIC_MAX_TOKENS, window / 2)); // its API has no default of its own
        }
        return longest.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private void refuseForeign(String name, List<Setting<?>> foreign, String owners) {
        for (Setting<?> setting : foreign) {
            if (values.isGiven(setting.of(name))) {
                values.refuse(
                        setting.of(name),
                        "only " + owners + " this setting; see model." + name + ".adapter",
                        ConfigTable.ADAPTER.of(name));
            }
        }
    }

    private static String lowerCase(AdapterName adapter) {
        return adapter.name().toLowerCase(Locale.ROOT);
    }

    private Optional<Secret> key(String name) {
        Setting<String> variable = ConfigTable.KEY_ENV.of(name);
        Setting<Path> file = ConfigTable.KEY_FILE.of(name);
        Optional<String> fromVariable = values.find(variable);
        Optional<Path> fromFile = values.find(file);
        if (fromVariable.isPresent() && fromFile.isPresent()) {
            values.refuse(file, "key-env is given too; expected one of them");
        }
        if (fromVariable.isPresent()) {
            Optional<String> value = values.environment(fromVariable.get());
            if (value.isEmpty()) {
                values.refuse(variable, "no environment variable of that name is set");
            }
            return value.flatMap(text -> secret(variable, text));
        }
        return fromFile.flatMap(path -> contents(file, path)).flatMap(text -> secret(file, text));
    }

    private Optional<Secret> secret(Setting<?> setting, String value) {
        try {
            return Optional.of(new Secret(value.strip()));
        } catch (IllegalArgumentException e) {
            values.refuse(setting, "what it names holds no key: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<String> contents(Setting<Path> setting, Path path) {
        try {
            if (Files.getFileStore(path).supportsFileAttributeView("posix")
                    && Files.getPosixFilePermissions(path).stream().anyMatch(OF_OTHERS::contains)) {
                values.refuse(setting, "others may read or write that file; chmod 600 it");
            } else if (Files.size(path) > 8_192) {
                values.refuse(setting, "that file is too large for a key");
            } else {
                return Optional.of(Files.readString(path));
            }
        } catch (IOException e) {
            values.refuse(setting, "can't read that file");
        }
        return Optional.empty();
    }
}
