package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.audit.Trail.Entry;
import io.carteggio.archive.audit.Trail.Filter;
import io.carteggio.archive.entry.PersonRole;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pages that a server makes for nobody after its start.
class RehearsalTest {
    private static final Duration MOMENT = Duration.ofMillis(500);

    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private void letters() throws Exception {
        for (int i = 0; i < 3; i++) {
            firm.report(
                    Firm.newsletter(
                            "carl@partner.example", "bruna@example.com", "Harbour lights " + i, "<p>At sea</p>"),
                    "Sender: carl@partner.example",
                    "To: bruna@example.com");
        }
        firm.indexed();
    }

    private List<Entry> trail() throws Exception {
        return new Trail(firm.catalogue())
                .page(new Filter("", "", "", Optional.empty(), Optional.empty(), ""), Long.MAX_VALUE, 500)
                .entries();
    }

    @Test
    void pagesAreAnsweredAndNothingIsLeft() throws Exception {
        letters();
        List<Entry> acts = trail();
        assertThat(server.rehearsal().run(MOMENT)).isPositive();
        assertThat(trail()).isEqualTo(acts);
        try (Browser browser = new Browser(server).logIn("Bruna")) {
            assertThat(browser.get("/account").body().split("/account/sessions/", -1))
                    .as("her own session is the only one")
                    .hasSize(2);
        }
    }

    @Test
    void whereNobodyHasLettersThereIsNothingToShow() throws Exception {
        assertThat(server.rehearsal().run(MOMENT)).isZero();
    }

    @Test
    void aServerThatClosesDoesNotWaitForIt() throws Exception {
        letters();
        CompletableFuture<Integer> running =
                CompletableFuture.supplyAsync(() -> server.rehearsal().run(Duration.ofMinutes(5)));
        TimeUnit.MILLISECONDS.sleep(200);
        server.close();
        assertThat(running.get(20, TimeUnit.SECONDS)).isNotNegative();
    }

    @Test
    void norWhereItGoesThroughWhatStandsBehindThePages() throws Exception {
        letters();
        AtomicBoolean closed = new AtomicBoolean();
        Future<Void> running;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            running = threads.submit(() -> {
                firm.reading().warmUp(Duration.ofMinutes(5), closed::get);
                return null;
            });
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(running.isDone()).isFalse();
            closed.set(true);
            assertThat(running.get(20, TimeUnit.SECONDS)).isNull();
        }
    }

    @Test
    void itsSessionIsInNoListAndNeverFresh() throws Exception {
        Sessions sessions = new Sessions(firm.clock, new Tokens());
        Person bruna = firm.people().directory().named("Bruna", Firm.START).orElseThrow();
        String cookie = sessions.begin(bruna.id(), "", new How.Rehearsal(), Instant.EPOCH);
        assertThat(sessions.of(cookie)).isPresent();
        assertThat(sessions.of(bruna)).isEmpty();
        assertThat(sessions.of(cookie).orElseThrow().confirmed().plus(Sessions.FRESH))
                .isBefore(firm.clock.instant());
        sessions.endAll(bruna.id());
        assertThat(sessions.of(cookie)).isEmpty();
    }
}
