package dev.meanwhile.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One measured thing, with its limit from the same run if it has one; told as medians of the runs. */
final class Figure {
    private final String metric;
    private final String unit;
    private final @Nullable String limitName;
    private final double floor;
    private final boolean lessIsBetter;
    private final List<Double> values = new ArrayList<>();
    private final List<Double> limits = new ArrayList<>();
    private final List<Double> ratios = new ArrayList<>();

    private Figure(String metric, String unit, @Nullable String limitName, double floor, boolean lessIsBetter) {
        this.metric = metric;
        this.unit = unit;
        this.limitName = limitName;
        this.floor = floor;
        this.lessIsBetter = lessIsBetter;
    }

    static Figure atLeast(double floor, String metric, String unit, String limitName) {
        return new Figure(metric, unit, limitName, floor, false);
    }

    static Figure atMost(double ceiling, String metric, String unit, String limitName) {
        return new Figure(metric, unit, limitName, ceiling, true);
    }

    /** Next to a limit that it need not reach. */
    static Figure beside(String metric, String unit, String limitName) {
        return new Figure(metric, unit, limitName, Double.NaN, false);
    }

    /** With a bound that is the same on every machine; the worst run counts. */
    static Figure within(double bound, String metric, String unit) {
        return new Figure(metric, unit, null, bound, true);
    }

    /** Measured for its own sake. */
    static Figure plain(String metric, String unit) {
        return new Figure(metric, unit, null, Double.NaN, false);
    }

    void add(double value, double limit) {
        values.add(value);
        limits.add(limit);
        ratios.add(value / limit);
    }

    void add(double value) {
        values.add(value);
    }

    double last() {
        return values.getLast();
    }

    double median() {
        return median(values);
    }

    String row() {
        String start = String.format(
                Locale.ROOT,
                "%-28s %12s %-6s %12s %12s %5d",
                metric,
                number(median()),
                unit,
                number(min()),
                number(max()),
                values.size());
        if (limitName == null) {
            return Double.isNaN(floor)
                    ? start
                    : String.format(
                            Locale.ROOT,
                            "%s %12s %7s  <= %s %s",
                            start,
                            "",
                            "",
                            number(floor),
                            max() <= floor ? "ok" : "above");
        }
        return String.format(
                Locale.ROOT,
                "%s %12s %7.3f  %-13s (limit: %s)",
                start,
                number(median(limits)),
                median(ratios),
                Double.isNaN(floor) ? "" : verdict(median(ratios)),
                limitName);
    }

    private String verdict(double ratio) {
        boolean ok = lessIsBetter ? ratio <= floor : ratio >= floor;
        return String.format(Locale.ROOT, "%s %.2f %s", lessIsBetter ? "<=" : ">=", floor, ok ? "ok" : "below");
    }

    static String header() {
        return String.format(
                Locale.ROOT,
                "%-28s %12s %-6s %12s %12s %5s %12s %7s  %s",
                "metric",
                "median",
                "unit",
                "min",
                "max",
                "runs",
                "limit",
                "ratio",
                "floor");
    }

    String json() {
        boolean limited = limitName != null;
        String limit = limited ? number4(median(limits)) : Double.isNaN(floor) ? "null" : number4(floor);
        return String.format(
                Locale.ROOT,
                "{\"metric\": \"%s\", \"value\": %.4f, \"unit\": \"%s\", \"limit\": %s, \"ratio\": %s, \"min\": %.4f,"
                        + " \"max\": %.4f, \"runs\": %d}",
                metric,
                median(),
                unit,
                limit,
                limited ? number4(median(ratios)) : "null",
                min(),
                max(),
                values.size());
    }

    private double min() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    private double max() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%.0f", value);
    }

    private static String number4(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static double median(List<Double> numbers) {
        List<Double> sorted = numbers.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
