package dev.meanwhile.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** {@code bench/run}: measures and prints. */
public final class Main {
    private static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.read(args, Path.of(System.getProperty("meanwhile.home", ".")));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.err.print(Options.USAGE);
            System.exit(MISUSED);
            return;
        }
        List<Figure> figures = options.readers() ? new SilentReaders(options).run() : new Bench(options).run();
        System.out.println(Figure.header());
        figures.forEach(figure -> System.out.println(figure.row()));
        String json = figures.stream().map(Figure::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n"));
        Path file = options.json();
        if (file == null) {
            System.out.print(json);
        } else {
            Files.writeString(file, json);
        }
        System.exit(0); // whatever threads a channel left
    }
}
