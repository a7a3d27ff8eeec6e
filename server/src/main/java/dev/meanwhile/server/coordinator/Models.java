package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.ModelHold;
import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.ModelSigns;
import dev.meanwhile.server.domain.Refusal;
import dev.meanwhile.server.queue.ModelHolds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The configured models, by name; one of them is the default. */
public record Models(List<ModelInfo> all, ModelHolds holds) {
    public Models {
        all = List.copyOf(all);
        if (all.stream().filter(ModelInfo::isDefault).count() != 1) {
            throw new IllegalArgumentException("exactly one model must be the default");
        }
    }

    /** Why nothing of a model is started now; null = it serves, as far as is known. */
    public @Nullable ModelHold hold(String name) {
        return holds.find(name);
    }

    /** When a model was last asked and last answered. */
    public ModelSigns signs(String name) {
        return holds.signs(name);
    }

    /** The model's name as given, or the default's if it is empty. */
    String resolve(String name) {
        for (ModelInfo model : all) {
            if (name.isEmpty() ? model.isDefault() : model.name().equals(name)) {
                return model.name();
            }
        }
        throw Refusal.modelUnknown(name);
    }
}
