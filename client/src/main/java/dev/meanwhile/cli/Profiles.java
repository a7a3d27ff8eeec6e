package dev.meanwhile.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All profiles there are.
 *
 * @param inUse the one that holds if none is named; empty = none
 * @param previous the one that was in use before; empty = none was
 */
record Profiles(Map<String, Profile> byName, String inUse, String previous) {
    static final int MOST = 1_000;
    private static final String USE = "use";
    private static final String PREVIOUS = "previous";
    private static final String SERVER = ".server";
    private static final String WORKSPACE = ".workspace";

    Profiles {
        byName = Map.copyOf(byName);
    }

    static Profiles none() {
        return new Profiles(Map.of(), "", "");
    }

    /** By name. */
    List<Profile> sorted() {
        return List.copyOf(new TreeMap<>(byName).values());
    }

    @Nullable
    Profile current() {
        return byName.get(inUse);
    }

    /** With this one, in place of one of the same name. */
    Profiles with(Profile profile) {
        Map<String, Profile> more = new TreeMap<>(byName);
        more.put(profile.name(), profile);
        if (more.size() > MOST) {
            throw new UserError(
                    "there are " + MOST + " profiles already; remove one with: " + Cli.NAME + " profile remove NAME");
        }
        return new Profiles(more, inUse, previous);
    }

    Profiles using(String name) {
        return name.equals(inUse) ? this : new Profiles(byName, name, inUse);
    }

    Profiles without(String name) {
        Map<String, Profile> fewer = new TreeMap<>(byName);
        fewer.remove(name);
        return new Profiles(fewer, name.equals(inUse) ? "" : inUse, name.equals(previous) ? "" : previous);
    }

    /**
     * Reads lines of {@code key=value}.
     *
     * @throws Damage that says in which line
     */
    static Profiles parse(List<String> lines) throws Damage {
        Map<String, String> values = new TreeMap<>();
        Map<String, Integer> nameLines = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? "" : line.substring(0, equals).strip();
            boolean known = key.equals(USE) || key.equals(PREVIOUS) || key.endsWith(SERVER) || key.endsWith(WORKSPACE);
            if (!known) {
                throw new Damage(
                        i + 1, "expected NAME.server=HOST:PORT, NAME.workspace=NAME, use=NAME or previous=NAME");
            }
            if (values.put(key, line.substring(equals + 1).strip()) != null) {
                throw new Damage(i + 1, key + " is given twice");
            }
            nameLines.put(key, i + 1);
        }
        Map<String, Profile> profiles = new TreeMap<>();
        for (Map.Entry<String, Integer> entry : nameLines.entrySet()) {
            int dot = entry.getKey().lastIndexOf('.');
            if (dot >= 0) {
                String name = entry.getKey().substring(0, dot);
                try {
                    profiles.put(name, new Profile(name, values.get(name + SERVER), values.get(name + WORKSPACE)));
                } catch (IllegalArgumentException e) {
                    throw new Damage(entry.getValue(), String.valueOf(e.getMessage()));
                }
            }
        }
        for (String key : List.of(USE, PREVIOUS)) {
            String name = values.getOrDefault(key, "");
            if (!name.isEmpty() && !profiles.containsKey(name)) {
                throw new Damage(nameLines.getOrDefault(key, 0), "there is no profile " + name);
            }
        }
        return new Profiles(profiles, values.getOrDefault(USE, ""), values.getOrDefault(PREVIOUS, ""));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("# Profiles of Meanwhile's command line; change them with: " + Cli.NAME + " profile");
        lines.add(USE + "=" + inUse);
        lines.add(PREVIOUS + "=" + previous);
        for (Profile profile : sorted()) {
            if (profile.server() != null) {
                lines.add(profile.name() + SERVER + "=" + profile.server());
            }
            if (profile.workspace() != null) {
                lines.add(profile.name() + WORKSPACE + "=" + profile.workspace());
            }
        }
        return lines;
    }

    /** A line that makes no sense. */
    static final class Damage extends Exception {
        Damage(int line, String why) {
            super(line + ": " + why);
        }
    }
}
