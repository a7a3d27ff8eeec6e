package dev.meanwhile.server.coordinator;

import dev.meanwhile.server.domain.ModelInfo;
import dev.meanwhile.server.domain.Refusal;
import java.util.List;

/** The configured models, by name; one of them is the default. */
public record Models(List<ModelInfo> all) {
    public Models {
        all = List.copyOf(all);
        if (all.stream().filter(ModelInfo::isDefault).count() != 1) {
            throw new IllegalArgumentException("exactly one model must be the default");
        }
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
