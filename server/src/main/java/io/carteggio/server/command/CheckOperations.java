package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.search.IndexCheck;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.catalogue.Comparison;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import tools.jackson.databind.node.ObjectNode;

/// `check` and `rebuild --compare`: is everything that was acknowledged there, unchanged, and does the
/// catalogue say what the vault says? They change nothing, and work while mail comes in.
final class CheckOperations {
    /// How often to wait for an instant at which no mail comes in.
    private static final int TRIES = 50;

    private static final int PAGE_LETTERS = 500;
    private static final Duration INDEX_PATIENCE = Duration.ofSeconds(30);
    private static final Duration ERASURES_PATIENCE = Duration.ofMinutes(1);

    private final Desk desk;

    CheckOperations(Desk desk) {
        this.desk = desk;
    }

    /// Lines `{problem: …}` and `{frames, bytes}` for progress, last one with `ok`.
    Outcome check(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean fast = request.flag("fast");
        boolean vaultOnly = request.flag("vault");
        VaultCheck check = new VaultCheck(desk, reply, !fast, fast);
        LedgerChecking ledger = new LedgerChecking(
                desk,
                request.flag("witness") ? Optional.of(request.body()) : Optional.empty(),
                problem -> check.problem(problem, Optional.empty()));
        check.listen(ledger::frame);
        Position begun = desk.vault().end();
        desk.vault().walk(Position.START, check);
        Position reached = check.reached(begun);
        ledger.finish(reached.frames(), desk.vault().end().frames() == reached.frames());
        check.listen(kept -> {});
        if (check.framesDamaged()) {
            nameDamagedLetters(check);
        }
        List<String> unproven = new ArrayList<>();
        reached = compareErasures(check, reached, unproven);
        List<String> others = new ArrayList<>(desk.keyProblems());
        others.addAll(desk.erasure().unfinished());
        if (!fast && !vaultOnly) {
            others.addAll(desk.indexProblems());
        }
        for (String problem : others) {
            check.problem(problem, Optional.empty());
        }
        boolean compared = compareBooks(check, reached);
        boolean comparedTables = fast || vaultOnly || !compared || compareTables(check);
        unproven.addAll(ledger.unproven());
        if (!compared || !comparedTables) {
            unproven.add("that the catalogue says what the vault says: mail kept coming in, so it was not compared");
        }
        long indexed = 0;
        if (vaultOnly) {
            unproven.add("that catalogue and index say what the vault says: they were left out");
        } else if (fast) {
            countIndex(check);
            unproven.add("that every octet is as it was written, and that the index holds what the letters say:"
                    + " left out (check without --fast)");
        } else {
            IndexCheck.Result result = compareIndex(check);
            indexed = result.compared();
            if (result.behind()) {
                unproven.add("that the index holds what the letters say: it is " + desk.indexLag()
                        + " letters behind and was not compared");
            } else if (result.undecided() > 0) {
                unproven.add("that the index holds what " + result.undecided()
                        + " letters say: they cannot be read, or something new of them kept coming");
            }
        }
        check.rethrow();
        ObjectNode line = Json.object()
                .put("ok", check.problems() == 0)
                .put("fast", fast)
                .put("frames", check.frames())
                .put("arrivals", check.arrivals())
                .put("acts", check.acts())
                .put("letters", desk.catalogue().letters())
                .put("bytes", check.bytes())
                .put("problems", check.problems())
                .put("compared", compared && comparedTables)
                .put("indexed", indexed)
                .put("checkpoints", ledger.checkpoints())
                .put("timestamps", ledger.stamps())
                .put("witnesses", ledger.witnesses());
        line.set("unproven", Json.texts(unproven.stream()));
        reply.line(line);
        return check.problems() == 0 ? Outcome.DONE : Outcome.NO;
    }

    /// Frames are broken, so which letters they held can no longer be read in them: ask the catalogue
    /// what should be there and look.
    private void nameDamagedLetters(VaultCheck check) throws ArchiveException, IOException {
        long after = 0;
        while (true) {
            var letters = desk.catalogue().lettersAfter(after, PAGE_LETTERS);
            if (letters.isEmpty()) {
                return;
            }
            for (var letter : letters) {
                if (letter.places().stream().noneMatch(place -> holds(place, letter.sum()))) {
                    check.problem(
                            "letter " + letter.id() + " can no longer be read",
                            Optional.of(letter.id().text()));
                }
            }
            after = letters.getLast().number();
        }
    }

    private boolean holds(Place place, Sha256 sum) {
        try {
            return Sha256.of(desk.vault().read(place)).equals(sum);
        } catch (IOException | ArchiveException unreadable) {
            return false;
        }
    }

    /// Compares what acts erased with the keys that are gone, at an instant when no erasure is under
    /// way.
    ///
    /// @return where the walk has come to
    private Position compareErasures(VaultCheck check, Position from, List<String> unproven) throws ArchiveException {
        Lock deciding = desk.erasure().deciding();
        if (!isLocked(deciding)) {
            unproven.add("that what was erased is just what acts say: erasures were under way all the time");
            return from;
        }
        try {
            Position end = desk.vault().end();
            if (end.frames() > from.frames()) {
                desk.vault().walk(from, check);
            }
            check.erasures().finish();
            check.erasures().unproven().ifPresent(unproven::add);
            return check.reached(end);
        } finally {
            deciding.unlock();
        }
    }

    private static boolean isLocked(Lock lock) throws ArchiveException {
        try {
            return lock.tryLock(ERASURES_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }

    /// @return whether there was an instant at which both stood still
    private boolean compareBooks(VaultCheck check, Position from) throws ArchiveException, IOException {
        Position reached = from;
        for (int i = 0; i < TRIES; i++) {
            Position end = desk.vault().end();
            if (end.frames() > reached.frames()) {
                desk.vault().walk(reached, check);
                reached = check.reached(end);
            }
            Books books = desk.catalogue().books();
            long letters = desk.catalogue().letters();
            if (desk.catalogue().position().frames() == reached.frames()
                    && desk.vault().end().frames() == reached.frames()) {
                check.compare(books, letters);
                return true;
            }
            pause();
        }
        return false;
    }

    private boolean compareTables(VaultCheck check) throws ArchiveException, IOException {
        for (Comparison.Fault fault : desk.catalogueFaults()) {
            check.problem(named(fault.letter(), fault.what()), fault.letter().map(LetterId::text));
        }
        Optional<List<Different>> different = differentTables();
        for (Different table : different.orElse(List.of())) {
            String what = "the catalogue's table '" + table.name() + "' is not what the vault makes of it";
            for (LetterId letter : table.letters()) {
                check.problem(named(Optional.of(letter), what), Optional.of(letter.text()));
            }
            if (table.letters().isEmpty()) {
                check.problem(what, Optional.empty());
            }
        }
        return different.isPresent();
    }

    private static String named(Optional<LetterId> letter, String what) {
        return letter.map(l -> "letter " + l + ": ").orElse("") + what;
    }

    /// What the index holds of each letter, and what it should.
    private IndexCheck.Result compareIndex(VaultCheck check) throws ArchiveException {
        return IndexCheck.run(
                desk.vault(),
                desk.catalogue(),
                desk.index(),
                this::awaitIndexed,
                new SecureRandom(),
                new IndexCheck.Findings() {
                    @Override
                    public void wrong(long number, Optional<CataloguedLetter> letter, IndexCheck.Fault fault) {
                        Optional<String> id = letter.map(l -> l.id().text());
                        Place place = Place.ofNumber(number);
                        String name = id.map(i -> "letter " + i)
                                .orElse("letter number " + number + " (frame " + place.frame() + ", record "
                                        + place.record() + ")");
                        check.problem("index: " + name + ": " + fault.words(), id);
                    }

                    @Override
                    public void wrong(String what) {
                        check.problem(what, Optional.empty());
                    }

                    @Override
                    public void compared(long letters) {
                        check.progress(letters);
                    }
                });
    }

    /// Waits as long as it gets nearer.
    private boolean awaitIndexed() throws ArchiveException {
        long lag = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            if (desk.awaitIndexed(INDEX_PATIENCE)) {
                return true;
            }
            long now = desk.indexLag();
            if (now >= lag) {
                return false;
            }
            lag = now;
        }
        return false;
    }

    /// An index behind the catalogue is no fault; one that says it has everything and has not, is.
    private void countIndex(VaultCheck check) throws ArchiveException, IOException {
        for (int i = 0; i < TRIES; i++) {
            if (!desk.awaitIndexed(INDEX_PATIENCE)) {
                return; // it lags, which `stats` tells
            }
            long before = desk.catalogue().letters();
            long indexed = desk.index().size();
            if (before == indexed) {
                return;
            }
            if (desk.catalogue().letters() == before && desk.indexLag() == 0) {
                check.problem("the index has " + indexed + " letters, the catalogue " + before, Optional.empty());
                return;
            }
            pause();
        }
    }

    /// `rebuild --compare`: one line with `equal`, `frames` and the names of tables that differ.
    Outcome compare(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Optional<List<Different>> different = differentTables();
        if (different.isEmpty()) {
            throw Refusal.no("mail keeps coming in, so there was no instant to compare at; try again later");
        }
        boolean equal = different.get().isEmpty();
        ObjectNode line = Json.object()
                .put("equal", equal)
                .put("frames", desk.catalogue().position().frames())
                .put("letters", desk.catalogue().letters());
        line.set("different", Json.texts(different.get().stream().map(Different::name)));
        reply.line(line);
        return equal ? Outcome.DONE : Outcome.NO;
    }

    /// A table that says something else than the vault.
    ///
    /// @param letters of which it does, as far as it is about letters; the first hundred
    private record Different(String name, List<LetterId> letters) {}

    /// Makes a second catalogue from the vault and compares.
    ///
    /// @return the tables that differ; empty where the two never stood still together
    private Optional<List<Different>> differentTables() throws ArchiveException, IOException {
        Path folder = Files.createTempDirectory(desk.directory(), "compare");
        Path file = folder.resolve("catalogue.db");
        try (Desk.Digested anew = desk.newCatalogue(file)) {
            for (int i = 0; i < TRIES; i++) {
                Replay.replay(desk.vault(), anew.catalogue(), damage -> {});
                Position reached = anew.catalogue().position();
                if (desk.catalogue().position().frames() == reached.frames()) {
                    Map<String, Sha256> theirs = desk.catalogueDigest();
                    if (desk.catalogue().position().frames() == reached.frames()) {
                        return Optional.of(different(theirs, anew.digest(), file));
                    }
                }
                pause();
            }
            return Optional.empty();
        } finally {
            desk.removeCatalogue(file);
            Files.deleteIfExists(folder);
        }
    }

    private List<Different> different(Map<String, Sha256> one, Map<String, Sha256> other, Path anew)
            throws ArchiveException {
        Map<String, Sha256> all = new LinkedHashMap<>(one);
        all.putAll(other);
        List<Different> tables = new ArrayList<>();
        for (String table : all.keySet()) {
            if (!Optional.ofNullable(one.get(table)).equals(Optional.ofNullable(other.get(table)))) {
                tables.add(new Different(table, desk.catalogueDifference(table, anew)));
            }
        }
        return tables;
    }

    private static void pause() throws ArchiveException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }
}
