package dev.meanwhile.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in our words; picocli's speak of its own inner life. */
final class UsageWords {
    /** The places of what may have spaces. */
    private static final Set<String> SPACED = Set.of("SESSION", "NAME");

    private static final Pattern NO_NUMBER = Pattern.compile("(?s)(.*): '(.*)' is not an? (int|long)");

    private UsageWords() {}

    /** @param args the whole line */
    static String of(ParameterException failure, List<String> args) {
        if (failure instanceof MissingParameterException) { // perhaps only since it was taken for an option
            Optional<String> option = failure.getCommandLine().getUnmatchedArguments().stream()
                    .filter(word -> word.startsWith("-"))
                    .findFirst();
            if (option.isPresent()) {
                return unknownOption(option.get(), failure.getCommandLine(), args);
            }
        }
        if (failure instanceof UnmatchedArgumentException unmatched) {
            CommandLine command = failure.getCommandLine();
            String typed = unmatched.getUnmatched().getFirst();
            if (unmatched.isUnknownOption()) {
                return unknownOption(typed, command, args);
            }
            if (!command.getSubcommands().isEmpty()) {
                String before = command.getCommandSpec().qualifiedName() + " ";
                return "there is no command \""
                        + before.substring(Cli.NAME.length()).stripLeading() + typed + "\""
                        + meant(typed, command.getSubcommands().keySet(), before);
            }
            return tooMuch(unmatched.getUnmatched(), command, args);
        }
        String words = plain(String.valueOf(failure.getMessage()));
        Matcher noNumber = NO_NUMBER.matcher(words);
        return noNumber.matches() ? noNumber(noNumber.group(1), noNumber.group(2), failure.getArgSpec()) : words;
    }

    private static String unknownOption(String typed, CommandLine command, List<String> args) {
        // What may be anything, and so may begin like an option.
        Optional<String> free = command.getCommandSpec().positionalParameters().stream()
                .map(place -> place.paramLabel().toLowerCase(Locale.ROOT))
                .filter(label -> label.equals("text") || label.equals("name"))
                .findFirst();
        String marked = hasPlaces(command) ? behindDashes(typed, args) : "";
        boolean noName = !typed.matches("-[A-Za-z]|--[A-Za-z][A-Za-z-]*(=.*)?");
        if (free.isPresent() && noName) {
            return "a " + free.get() + " that begins with \"-\" is taken for an option; put -- before it" + marked;
        }
        String option = typed.replaceFirst("=.*", "");
        boolean namedWithoutOption = command.getCommandSpec().positionalParameters().stream()
                .anyMatch(place -> place.paramLabel().equals("SESSION"));
        if (namedWithoutOption && (option.equals("-s") || option.equals("--session"))) {
            return command.getCommandName() + " takes its session without an option: "
                    + command.getCommandSpec().qualifiedName() + " SESSION";
        }
        List<String> names = command.getCommandSpec().options().stream()
                .flatMap(known -> Arrays.stream(known.names()))
                .toList();
        return "there is no option \"" + option + "\"" + meant(option, names, "")
                + free.map(label -> "; if it is the " + label + ", put -- before it" + marked)
                        .orElse("");
    }

    /** Whether all that is no known option finds a place once it is taken as it is. */
    private static boolean hasPlaces(CommandLine command) {
        List<PositionalParamSpec> places = command.getCommandSpec().positionalParameters();
        return places.stream().anyMatch(ArgSpec::isMultiValue)
                || taken(command).size() + command.getUnmatchedArguments().size() <= places.size();
    }

    private static List<String> taken(CommandLine command) {
        return command.getParseResult().matchedPositionals().stream()
                .flatMap(place -> place.originalStringValues().stream())
                .toList();
    }

    /** The line with a word that begins with "-" taken as it is; nothing if options stand behind it. */
    private static String behindDashes(String typed, List<String> args) {
        int at = args.lastIndexOf(typed);
        if (at < 0 || args.subList(at + 1, args.size()).stream().anyMatch(arg -> arg.startsWith("-"))) {
            return "";
        }
        List<String> line = new ArrayList<>(args);
        line.add(at, "--");
        return ": " + line(line);
    }

    /** Words behind the last place, mostly those of a name without its quotes. */
    private static String tooMuch(List<String> words, CommandLine command, List<String> args) {
        String told = "\"" + String.join(" ", words) + "\" is too much here";
        List<String> places = command.getCommandSpec().positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .toList();
        if (places.stream().noneMatch(SPACED::contains)) {
            return told;
        }
        String last = places.getLast();
        List<String> taken = taken(command);
        if (last.equals("SESSION") && isNumber(taken.getLast())) {
            return told + "; " + command.getCommandName() + " takes one SESSION at a time";
        }
        List<String> name = new ArrayList<>(words);
        name.addFirst(taken.getLast());
        int at = Collections.lastIndexOfSubList(args, name);
        boolean clear = at >= 0
                && SPACED.contains(last)
                && taken.subList(0, taken.size() - 1).stream().allMatch(UsageWords::isNumber);
        return told + "; a name with spaces is to be quoted"
                + (clear ? ": " + line(joined(args, at, name.size())) : "");
    }

    private static List<String> joined(List<String> args, int from, int count) {
        List<String> line = new ArrayList<>(args.subList(0, from));
        line.add(String.join(" ", args.subList(from, from + count)));
        line.addAll(args.subList(from + count, args.size()));
        return line;
    }

    private static String line(List<String> args) {
        return Cli.NAME + args.stream().map(arg -> " " + Cli.quoted(arg)).collect(Collectors.joining());
    }

    private static boolean isNumber(String word) {
        return word.matches("[0-9]+");
    }

    private static String meant(String typed, Collection<String> known, String before) {
        List<String> near = known.stream()
                .filter(name -> typed.length() > 2 && name.startsWith(typed)
                        || !name.startsWith("-") && name.startsWith(typed)
                        || SessionFinder.distance(typed, name) <= mostWrong(typed))
                .map(name -> before + name)
                .toList();
        return near.isEmpty() ? "" : "; did you mean: " + String.join(" or ", near);
    }

    /** An option of one letter is like all others. */
    private static int mostWrong(String typed) {
        return typed.startsWith("-") && typed.length() == 2 ? 0 : Math.clamp(typed.length() / 3, 1, 2);
    }

    private static String noNumber(String where, String value, @Nullable ArgSpec arg) {
        String why = value.matches("[+-]?[0-9]+") ? "too large" : "no whole number";
        return where + ": '" + value + "' is " + why + "; write for instance: "
                + (arg != null && arg.isOption() ? where + " 20" : "20");
    }

    private static String plain(String words) {
        return words.replaceFirst("^Error: ", "")
                .replaceFirst("^Invalid value for positional parameter at index \\d+ \\((.+?)\\): ", "$1: ")
                .replaceFirst("^Invalid value for option '(.+?)'( \\(.+?\\))?: ", "$1: ");
    }
}
