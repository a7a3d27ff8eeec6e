package dev.meanwhile.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in our words; picocli's speak of its own inner life. */
final class UsageWords {
    /** The places of what may have spaces. */
    private static final Set<String> SPACED = Set.of("SESSION", "NAME");

    private UsageWords() {}

    /** @param args the whole line */
    static String of(ParameterException failure, List<String> args) {
        return switch (failure) {
            case MissingParameterException e -> missing(e, args);
            case UnmatchedArgumentException e -> unmatched(e, args);
            case OverwrittenOptionException e -> name(e.getOverwritten()) + " is given twice; give it once";
            case MutuallyExclusiveArgsException e -> oneOf(e.getCommandLine());
            case MaxValuesExceededException e -> oneOf(e.getCommandLine());
            default ->
                failure.getArgSpec() == null
                        ? String.valueOf(failure.getMessage()) // our own
                        : wrongValue(failure.getArgSpec(), String.valueOf(failure.getValue()));
        };
    }

    private static String missing(MissingParameterException failure, List<String> args) {
        CommandLine command = failure.getCommandLine();
        Optional<String> option = command.getUnmatchedArguments().stream() // it may be what is missing
                .filter(word -> word.startsWith("-"))
                .findFirst();
        if (option.isPresent()) {
            return unknownOption(option.get(), command, args);
        }
        ArgSpec first = failure.getMissing().getFirst();
        if (failure.getMissing().size() > 1 && first.group() != null) {
            return oneOf(command);
        }
        if (first.isOption()) {
            return name(first) + " needs a value: " + written(first);
        }
        List<String> places = places(command);
        List<String> missing = places.subList(places.indexOf(name(first)), places.size());
        return String.join(" and ", missing) + (missing.size() == 1 ? " is" : " are") + " missing; write: "
                + command.getCommandSpec().qualifiedName() + " " + String.join(" ", places)
                + (first.completionCandidates() == null ? "" : "; " + name(first) + " is " + choices(first));
    }

    private static String oneOf(CommandLine command) {
        return command.getCommandName() + " takes one of these: "
                + command.getCommandSpec().argGroups().stream()
                        .flatMap(group -> group.args().stream())
                        .map(UsageWords::written)
                        .collect(Collectors.joining(" or "));
    }

    private static String wrongValue(ArgSpec arg, String value) {
        Class<?> type = arg.type();
        if (type == boolean.class) {
            return name(arg) + " takes no value";
        }
        if (type.isEnum()) {
            return name(arg) + " can't be \"" + value + "\"; choose " + choices(arg);
        }
        String why = value.matches("[+-]?[0-9]+") ? "out of range" : "no whole number";
        return name(arg) + ": '" + value + "' is " + why + "; write for instance: "
                + (arg.isOption() ? name(arg) + " 20" : "20");
    }

    private static String choices(ArgSpec arg) {
        List<String> words = new ArrayList<>();
        arg.completionCandidates().forEach(words::add);
        return String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    private static String name(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }

    private static String written(ArgSpec arg) {
        return arg.isOption() ? name(arg) + " " + arg.paramLabel() : arg.paramLabel();
    }

    private static String unmatched(UnmatchedArgumentException failure, List<String> args) {
        CommandLine command = failure.getCommandLine();
        String typed = failure.getUnmatched().getFirst();
        if (failure.isUnknownOption()) {
            return unknownOption(typed, command, args);
        }
        if (!command.getSubcommands().isEmpty()) {
            String before = command.getCommandSpec().qualifiedName() + " ";
            return "there is no command \""
                    + before.substring(Cli.NAME.length()).stripLeading() + typed + "\""
                    + meant(typed, command.getSubcommands().keySet(), before);
        }
        return tooMuch(failure.getUnmatched(), command, args);
    }

    private static String unknownOption(String typed, CommandLine command, List<String> args) {
        String marked = hasPlaces(command) ? behindDashes(typed, args) : "";
        Optional<String> free = free(command);
        String option = typed.replaceFirst("=.*", "");
        List<String> names = command.getCommandSpec().options().stream()
                .flatMap(known -> Arrays.stream(known.names()))
                .toList();
        String meant = meant(option, names, "");
        boolean noName = !typed.matches("-[A-Za-z]|--[A-Za-z][A-Za-z-]*(=.*)?");
        if (free.isPresent() && noName && meant.isEmpty()) {
            return "a " + free.get() + " that begins with \"-\" is taken for an option; put -- before it" + marked;
        }
        if (places(command).contains("SESSION") && (option.equals("-s") || option.equals("--session"))) {
            return command.getCommandName() + " takes its session without an option: "
                    + command.getCommandSpec().qualifiedName() + " " + String.join(" ", places(command));
        }
        return "there is no option \"" + option + "\"" + meant
                + free.map(label -> "; if it is the " + label + ", put -- before it" + marked)
                        .orElse("");
    }

    /** What may be anything, and so may begin like an option. */
    private static Optional<String> free(CommandLine command) {
        List<String> labels = places(command);
        if (labels.contains("TEXT") || labels.contains("NAME")) {
            return Optional.of(labels.contains("TEXT") ? "text" : "name");
        }
        return labels.contains("SESSION") && hasPlaces(command) ? Optional.of("session's name") : Optional.empty();
    }

    /** Whether all that is no known option finds a place once it is taken as it is. */
    private static boolean hasPlaces(CommandLine command) {
        List<PositionalParamSpec> places = command.getCommandSpec().positionalParameters();
        return places.stream().anyMatch(ArgSpec::isMultiValue)
                || taken(command).size() + command.getUnmatchedArguments().size() <= places.size();
    }

    private static List<String> places(CommandLine command) {
        return command.getCommandSpec().positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .toList();
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
        List<String> places = places(command);
        if (places.stream().noneMatch(SPACED::contains)) {
            String last = words.getLast();
            return told + (isAddress(last) ? "; a server is named with: --server " + Cli.quoted(last) : "");
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

    private static boolean isAddress(String word) {
        return word.matches("\\S+:[0-9]+");
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
}
