package io.carteggio.server.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.carteggio.server.web.page.Frame;
import java.util.Map;

/// The templates, compiled when the program was built. Safe for many threads.
final class Views {
    private static final String PACKAGE = "io.carteggio.server.web.templates";

    // the path is where classes would lie outside of the class path; ours lie on it
    private final TemplateEngine engine =
            TemplateEngine.createPrecompiled(null, ContentType.Html, Views.class.getClassLoader(), PACKAGE);

    /// The whole page, made before the first byte is sent: a page that fails never goes out in half.
    String html(String template, Frame frame, Object page) {
        StringOutput out = new StringOutput(16 * 1024);
        engine.render(template + ".jte", Map.of("frame", frame, "page", page), out);
        return out.toString();
    }
}
