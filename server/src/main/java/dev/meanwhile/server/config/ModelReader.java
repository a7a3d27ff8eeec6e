package dev.meanwhile.server.config;

import dev.meanwhile.server.config.ModelConfig.Adapter;
import dev.meanwhile.server.domain.ModelInfo;
import java.io.IOException;
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

    /**
     * At least one, in alphabetical order.
     *
     * @throws ConfigException if settings of a model don't fit together
     */
    public static List<ModelConfig> read(ConfigValues values) {
        ModelReader reader = new ModelReader(values);
        Collection<String> configured = values.models();
        Collection<String> names = configured.isEmpty() ? List.of(SIMULATED) : configured;
        String ofDefault = reader.defaultModel(names);
        return names.stream()
                .map(name -> reader.model(name, name.equals(ofDefault)))
                .toList();
    }

    private String defaultModel(Collection<String> names) {
        Optional<String> chosen = values.find(ConfigTable.DEFAULT_MODEL);
        if (chosen.isEmpty() ? names.size() > 1 : !names.contains(chosen.get())) {
            throw values.refused(ConfigTable.DEFAULT_MODEL, "expected one of the models: " + String.join(", ", names));
        }
        return chosen.orElseGet(() -> names.iterator().next());
    }

    private ModelConfig model(String name, boolean isDefault) {
        Adapter adapter = switch (values.get(ConfigTable.ADAPTER.of(name))) {
            case SIMULATED -> simulated(name);
            case OPENAI -> endpoint(name, AdapterName.OPENAI);
            case ANTHROPIC -> endpoint(name, AdapterName.ANTHROPIC);
        };
        int workers = values.find(ConfigTable.MODEL_WORKERS.of(name)).orElseGet(() -> values.get(ConfigTable.WORKERS));
        int window = values.get(ConfigTable.WINDOW.of(name));
        return new ModelConfig(
                new ModelInfo(name, isDefault, lowerCase(adapter.name()), window, workers, reserved(name, workers)),
                adapter);
    }

    private int reserved(String name, int workers) {
        Setting<Integer> own = ConfigTable.MODEL_RESERVED.of(name);
        Setting<Integer> decides = values.isGiven(own) ? own : ConfigTable.RESERVED;
        int reserved = values.find(decides).orElse(Math.min(2, workers - 1));
        if (reserved >= workers) {
            throw values.refused(decides, "must be less than the workers of model " + name + " (" + workers + ")");
        }
        return reserved;
    }

    private Adapter simulated(String name) {
        refuseForeign(name, OF_PROVIDERS, "the adapters openai and anthropic have");
        return new ModelConfig.Simulated(
                values.get(ConfigTable.CHUNKS.of(name)),
                values.get(ConfigTable.LATENCY.of(name)),
                values.get(ConfigTable.CHUNK_DELAY.of(name)),
                values.get(ConfigTable.CHUNK_BYTES.of(name)));
    }

    private Adapter endpoint(String name, AdapterName adapter) {
        refuseForeign(name, OF_SIMULATED, "the adapter simulated has");
        Optional<Secret> key = key(name);
        if (adapter == AdapterName.ANTHROPIC && key.isEmpty()) {
            throw values.refused(ConfigTable.KEY_ENV.of(name), "the adapter anthropic needs this or key-file");
        }
        return new ModelConfig.Endpoint(
                adapter,
                // Not guessed: a forgotten address must not send chats to a stranger.
                values.find(ConfigTable.URL.of(name))
                        .orElseThrow(() -> values.refused(
                                ConfigTable.URL.of(name), "the adapter " + lowerCase(adapter) + " needs one")),
                values.find(ConfigTable.PROVIDER_NAME.of(name)).orElse(name),
                key,
                maxTokens(name, adapter),
                values.find(ConfigTable.TEMPERATURE.of(name))
                        .map(OptionalDouble::of)
                        .orElseGet(OptionalDouble::empty));
    }

    private OptionalInt maxTokens(String name, AdapterName adapter) {
        Setting<Integer> setting = ConfigTable.MAX_TOKENS.of(name);
        int window = values.get(ConfigTable.WINDOW.of(name));
        Optional<Integer> longest = values.find(setting);
        if (longest.isPresent() && longest.get() >= window) {
            throw values.refused(setting, "must be less than the window of model " + name + " (" + window + ")");
        }
        if (longest.isEmpty() && adapter == AdapterName.ANTHROPIC) {
            return OptionalInt.of(Math.min(ANTHROPIC_MAX_TOKENS, window / 2)); // its API has no default of its own
        }
        return longest.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    private void refuseForeign(String name, List<Setting<?>> foreign, String owners) {
        for (Setting<?> setting : foreign) {
            if (values.isGiven(setting.of(name))) {
                throw values.refused(
                        setting.of(name), "only " + owners + " this setting; see model." + name + ".adapter");
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
            throw values.refused(file, "key-env is given too; expected one of them");
        }
        if (fromVariable.isPresent()) {
            String value = values.environment(fromVariable.get())
                    .orElseThrow(() -> values.refused(variable, "no environment variable of that name is set"));
            return Optional.of(secret(variable, value));
        }
        return fromFile.map(path -> secret(file, contents(file, path)));
    }

    private Secret secret(Setting<?> setting, String value) {
        try {
            return new Secret(value.strip());
        } catch (IllegalArgumentException e) {
            throw values.refused(setting, "what it names holds no key: " + e.getMessage());
        }
    }

    private String contents(Setting<Path> setting, Path path) {
        try {
            if (Files.getFileStore(path).supportsFileAttributeView("posix")
                    && Files.getPosixFilePermissions(path).stream().anyMatch(OF_OTHERS::contains)) {
                throw values.refused(setting, "others may read or write that file; chmod 600 it");
            }
            if (Files.size(path) > 8_192) {
                throw values.refused(setting, "that file is too large for a key");
            }
            return Files.readString(path);
        } catch (IOException e) {
            throw values.refused(setting, "can't read that file");
        }
    }
}
