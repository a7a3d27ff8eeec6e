package dev.meanwhile.server.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the values of a setting are written.
 *
 * @param placeholder what stands for a value in the help
 * @param allowed what a value may be, to follow "expected"
 * @param shown the form of refused values that may be shown: where a key could have been pasted by mistake, not all
 * @param parser throws IllegalArgumentException for everything else
 */
record Kind<T>(String placeholder, String allowed, Pattern shown, Function<String, T> parser) {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h)");
    private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);

    /** Words in capitals with few digits, as variables are named; keys hardly ever look so. */
    private static final Pattern VARIABLE =
            Pattern.compile("[A-Z]{1,16}[0-9]{0,2}(_([A-Z]{1,16}[0-9]{0,2}|[0-9]{1,2})){0,7}");

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12}) ?(B|KiB|MiB)?");

    /**
     * The value.
     *
     * @throws IllegalArgumentException if it is not allowed
     */
    T parse(String text) {
        return parser.apply(text);
    }

    /** Whether a refused value may be shown. */
    boolean mayShow(String text) {
        return shown.matcher(text).matches();
    }

    static Kind<Integer> whole(int least, int most) {
        String allowed = "a whole number from " + least + " to " + most;
        return of("N", allowed, text -> (int) within(Long.parseLong(text), least, most));
    }

    static Kind<Double> decimal(double least, double most) {
        return of("X", "a number from " + least + " to " + most, text -> {
            if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
                throw new IllegalArgumentException("no number");
            }
            double value = Double.parseDouble(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException("out of bounds");
            }
            return value;
        });
    }

    static Kind<Integer> size(String least, String most) {
        String allowed = "a size from " + least + " to " + most + ", in B, KiB or MiB";
        return of("SIZE", allowed, text -> (int) within(bytes(text), bytes(least), bytes(most)));
    }

    static Kind<Duration> duration(String least, String most) {
        String allowed = "a duration from " + least + " to " + most + ", in ms, s, m or h";
        long from = millis(least);
        long to = millis(most);
        return of("TIME", allowed, text -> Duration.ofMillis(within(millis(text), from, to)));
    }

    static Kind<Boolean> flag() {
        return of("", "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither");
        });
    }

    static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        String allowed = "one of " + String.join(", ", names);
        return of(String.join("|", names), allowed, text -> {
            int index = names.indexOf(text.toLowerCase(Locale.ROOT));
            if (index < 0) {
                throw new IllegalArgumentException("none of them");
            }
            return type.getEnumConstants()[index];
        });
    }

    static Kind<Address> address() {
        return of(
                "HOST:PORT", "HOST:PORT, such as 127.0.0.1:7420 or [::1]:7420 (port 0: any free one)", Address::parse);
    }

    static Kind<Optional<Address>> addressOrOff() {
        return of(
                "HOST:PORT|off",
                "HOST:PORT or off",
                text -> text.equals("off") ? Optional.empty() : Optional.of(Address.parse(text)));
    }

    static Kind<Path> path(String placeholder) {
        // A "~" would become a folder of that name.
        return of(placeholder, "a path, in which ~ is not expanded", text -> Path.of(matching("[^~].*", text)));
    }

    static Kind<URI> url() {
        return of("URL", "a URL such as http://127.0.0.1:8080/v1, without user, query and fragment", text -> {
            URI url = URI.create(text);
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (!web || url.getHost() == null) {
                throw new IllegalArgumentException("no web address");
            }
            // They would end up in logs; keys have settings of their own.
            if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
                throw new IllegalArgumentException("too much in it");
            }
            return url;
        });
    }

    static Kind<String> text(String placeholder, String form, String allowed) {
        return of(placeholder, allowed, text -> matching(form, text));
    }

    static Kind<String> variable(String placeholder, String form, String allowed) {
        return new Kind<>(placeholder, allowed, VARIABLE, text -> matching(form, text));
    }

    private static <T> Kind<T> of(String placeholder, String allowed, Function<String, T> parser) {
        return new Kind<>(placeholder, allowed, ANY, parser);
    }

    private static String matching(String form, String text) {
        if (!text.matches(form)) {
            throw new IllegalArgumentException("another form");
        }
        return text;
    }

    private static long within(long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("out of bounds");
        }
        return value;
    }

    private static long millis(String text) {
        if (text.equals("0")) {
            return 0;
        }
        Matcher form = DURATION.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("no duration");
        }
        long unit = switch (form.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        return Long.parseLong(form.group(1)) * unit;
    }

    private static long bytes(String text) {
        Matcher form = SIZE.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("no size");
        }
        String unit = form.group(2);
        int shift = "KiB".equals(unit) ? 10 : "MiB".equals(unit) ? 20 : 0;
        return Long.parseLong(form.group(1)) << shift;
    }
}
