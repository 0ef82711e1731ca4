package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.watch.PrometheusText.Histogram;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
    @Test
    void whatIsWrittenIsRead() {
        PrometheusText text = new PrometheusText();
        text.family("a_total", PrometheusText.Type.COUNTER, "back\\slash and\nline");
        text.sample("a_total", 3, Map.entry("source", "odd \"name\" \\ of\na source"));
        text.family("g", PrometheusText.Type.GAUGE, "A gauge.").sample("g", 0.25);
        Histogram histogram = new Histogram(List.of(1.0, 5.0));
        histogram.observe(0.5);
        histogram.observe(1.0);
        histogram.observe(7);
        text.family("h", PrometheusText.Type.HISTOGRAM, "A histogram.");
        histogram.write(text, "h", "source", "x");
        PrometheusParser parsed = PrometheusParser.parse(text.text());
        assertThat(parsed.value("a_total", "source", "odd \"name\" \\ of\na source"))
                .isEqualTo(3);
        assertThat(parsed.value("g")).isEqualTo(0.25);
        assertThat(parsed.value("h_bucket", "source", "x", "le", "1")).isEqualTo(2);
        assertThat(parsed.value("h_bucket", "source", "x", "le", "5")).isEqualTo(2);
        assertThat(parsed.value("h_bucket", "source", "x", "le", "+Inf")).isEqualTo(3);
        assertThat(parsed.value("h_sum", "source", "x")).isEqualTo(8.5);
        assertThat(parsed.type("h")).isEqualTo("histogram");
    }

    @Test
    void theParserOfTheseTestsIsStrict() {
        for (String wrong : List.of(
                "a 1\n",
                "# TYPE a gauge\na 1\n",
                "# HELP a b\n# TYPE a gauge\na 1",
                "# HELP a b\n# TYPE a gauge\na  1\n",
                "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
                "# HELP a b\n# TYPE a gauge\na one\n",
                "# HELP a b\n# TYPE a gauge\nb 1\n",
                "# HELP a b\n# TYPE a gauge\na{x=\"1} 1\n",
                "# HELP a b\n# TYPE a gauge\na{x=\"\\t\"} 1\n",
                "# HELP a b\n# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n",
                "# HELP a b\n# TYPE a counter\na 1\n",
                "# HELP h b\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
                "# HELP h b\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
                "# HELP h b\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n")) {
            assertThatThrownBy(() -> PrometheusParser.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
