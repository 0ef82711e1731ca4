package io.carteggio.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The guides of `docs/guides` as they are shipped: one for each mail system, as text.
final class GuidePages {
    private GuidePages() {}

    /// Where a system's guide is.
    static String url(MailSystem system) {
        return "/guides/" + system.word();
    }

    static void guide(Visit visit) throws IOException {
        Optional<MailSystem> system = MailSystem.ofWord(visit.path("system"));
        if (system.isEmpty()) {
            visit.notFound();
            return;
        }
        visit.text("text/plain; charset=utf-8", text(system.get()));
    }

    static String text(MailSystem system) throws IOException {
        String name = "/guides/" + system.guide() + ".md";
        try (InputStream in = GuidePages.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " was not built in");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
