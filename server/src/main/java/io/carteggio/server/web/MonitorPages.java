package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.javalin.http.HttpStatus;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/// What monitors ask: whether the process lives, whether it takes mail, and the metrics.
///
/// The first two say one word to everybody. Metrics name sources and volumes: they are for programs on this
/// machine that come to us directly, and for who has the token. Behind a proxy everybody comes from this
/// machine, so where one is named (`--public-url`) or shows itself, only the token counts.
final class MonitorPages {
    private static final List<String> MARKS_OF_A_PROXY =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via");
    private static final String BEARER = "Bearer ";

    private final Site site;

    MonitorPages(Site site) {
        this.site = site;
    }

    void alive(Visit visit) {
        visit.plain(HttpStatus.OK, "alive\n");
    }

    void ready(Visit visit) {
        if (site.desk().monitor().ready()) {
            visit.plain(HttpStatus.OK, "ready\n");
        } else {
            visit.plain(HttpStatus.SERVICE_UNAVAILABLE, "no mail is taken at the moment\n");
        }
    }

    void metrics(Visit visit) throws ArchiveException {
        if (!isNear(visit) && !hasToken(visit)) {
            visit.header("WWW-Authenticate", "Bearer");
            visit.plain(HttpStatus.UNAUTHORIZED, "The token is in watch/metrics.token in the data directory.\n");
            return;
        }
        visit.text(
                "text/plain; version=0.0.4; charset=utf-8",
                site.desk().monitor().metrics());
    }

    private boolean isNear(Visit visit) {
        boolean proxied = site.config().publicUrl().isPresent()
                || MARKS_OF_A_PROXY.stream().anyMatch(mark -> visit.asked(mark).isPresent());
        try {
            return !proxied && InetAddress.getByName(visit.peer()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private boolean hasToken(Visit visit) {
        Optional<String> given = visit.asked("Authorization");
        return given.filter(value -> value.startsWith(BEARER))
                .filter(value -> site.desk().monitor().isToken(value.substring(BEARER.length())))
                .isPresent();
    }
}
