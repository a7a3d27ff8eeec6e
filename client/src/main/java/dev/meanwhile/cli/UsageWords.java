package dev.meanwhile.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in our words; picocli's speak of its own inner life. */
final class UsageWords {
    private static final Pattern NO_NUMBER = Pattern.compile("(?s)(.*): '(.*)' is not an? (int|long)");
    private final Cli cli;

    UsageWords(Cli cli) {
        this.cli = cli;
    }

    String of(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            String typed = unmatched.getUnmatched().getFirst();
            if (unmatched.isUnknownOption()) {
                return unknownOption(typed, failure.getCommandLine());
            }
            if (failure.getCommandLine().getParent() == null) {
                return "there is no command \"" + typed + "\""
                        + meant(typed, failure.getCommandLine().getSubcommands().keySet(), Cli.NAME + " ");
            }
        }
        String words = plain(String.valueOf(failure.getMessage()));
        Matcher noNumber = NO_NUMBER.matcher(words);
        return noNumber.matches() ? noNumber(noNumber.group(1), noNumber.group(2), failure.getArgSpec()) : words;
    }

    private String unknownOption(String typed, CommandLine command) {
        String name = command.getCommandName();
        boolean takesText = command.getCommandSpec().positionalParameters().stream()
                .anyMatch(place -> place.paramLabel().equals("TEXT"));
        String asText = cli.command(name + " -- " + Cli.quoted(typed));
        boolean noName = !typed.matches("-[A-Za-z]|--[A-Za-z][A-Za-z-]*(=.*)?");
        if (takesText && noName) {
            return "a text that begins with \"-\" is taken for an option; put -- before it: " + asText;
        }
        String option = typed.replaceFirst("=.*", "");
        List<String> names = command.getCommandSpec().options().stream()
                .flatMap(known -> Arrays.stream(known.names()))
                .toList();
        return "there is no option \"" + option + "\"" + meant(option, names, "")
                + (takesText ? "; if it is the text: " + asText : "");
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
