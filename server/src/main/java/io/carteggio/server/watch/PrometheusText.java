package io.carteggio.server.watch;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes Prometheus' text format, version 0.0.4: a family's samples together, after its HELP and TYPE. Belongs
/// to one thread.
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /// How a family counts.
    enum Type {
        /// Only rises, but for a restart.
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    private final StringBuilder text = new StringBuilder();

    PrometheusText family(String name, Type type, String help) {
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n"));
        text.append("\n# TYPE ")
                .append(name)
                .append(' ')
                .append(type.name().toLowerCase(Locale.ROOT))
                .append('\n');
        return this;
    }

    /// A sample of the family that was begun last, of a number: exact up to 2^53.
    PrometheusText sample(String name, long value, Map.Entry<?, ?>... labels) {
        return sample(name, (double) value, labels);
    }

    /// A sample of the family that was begun last.
    PrometheusText sample(String name, double value, Map.Entry<?, ?>... labels) {
        text.append(name);
        if (labels.length > 0) {
            text.append('{');
            for (int i = 0; i < labels.length; i++) {
                text.append(i == 0 ? "" : ",")
                        .append(labels[i].getKey())
                        .append("=\"")
                        .append(escaped(labels[i].getValue().toString()))
                        .append('"');
            }
            text.append('}');
        }
        text.append(' ').append(number(value)).append('\n');
        return this;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    static String number(double value) {
        if (value == Double.POSITIVE_INFINITY) {
            return "+Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    String text() {
        return text.toString();
    }

    /// How long things took, in buckets whose bounds are fixed. Safe for many threads.
    static final class Histogram {
        private final List<Double> bounds;
        private final long[] counts; // guarded by this; the last is for all beyond
        private double sum;
        private long count;

        Histogram(List<Double> bounds) {
            this.bounds = List.copyOf(bounds);
            this.counts = new long[bounds.size() + 1];
        }

        synchronized void observe(double value) {
            int at = 0;
            while (at < bounds.size() && value > bounds.get(at)) {
                at++;
            }
            counts[at]++;
            sum += value;
            count++;
        }

        synchronized void write(PrometheusText to, String name, String label, String value) {
            long below = 0;
            for (int i = 0; i < counts.length; i++) {
                below += counts[i];
                double bound = i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY;
                to.sample(name + "_bucket", below, Map.entry(label, value), Map.entry("le", number(bound)));
            }
            to.sample(name + "_sum", sum, Map.entry(label, value));
            to.sample(name + "_count", count, Map.entry(label, value));
        }
    }
}
