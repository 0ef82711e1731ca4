package io.carteggio.archive.access;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.InOrder;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.Start;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.VaultReader;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// The one way out (P10): every question is narrowed to what its viewer may see before it reaches the
/// index, and every answer is confirmed by the catalogue. Safe for many threads.
public final class Reading {
    /// The largest page of results (DESIGN 5).
    public static final int PAGE_LIMIT = 200;

    /// How long an excerpt is.
    public static final int EXCERPT_CHARS = 240;

    /// Letters of a walk up to this size are opened ahead, many of them at a time; larger ones when it is
    /// their turn.
    private static final int AHEAD_BYTES = 64 * 1024;

    /// So many letters of a walk are looked up and read at a time.
    private static final int PACK_LETTERS = 32;

    /// How often a page of results is filled up, where letters that are found stand for nothing of their own.
    private static final int LOOKS_LIMIT = 25;

    /// So much of a letter is looked through for what stands around the words looked for …
    private static final int EXCERPT_BYTES = 1 << 20;

    /// … and so much of its text.
    private static final ReadLimits EXCERPT_LIMITS = ReadLimits.DEFAULT.withTextChars(256 * 1024);

    private final Vault vault;
    private final Catalogue catalogue;
    private final SearchIndex index;
    private final People people;
    private final Roles roles;
    private final Acts acts;
    private final Messages messages;
    private final Scopes scopes = new Scopes();

    public Reading(Vault vault, Catalogue catalogue, SearchIndex index, People people, Roles roles, Acts acts) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.index = index;
        this.people = people;
        this.roles = roles;
        this.acts = acts;
        this.messages = new Messages(catalogue);
    }

    /// A page of results, newest first. A message that several letters are is one result, where the newest of
    /// them that matches stands.
    ///
    /// @param total how many letters match within what the viewer may see, as far as they were counted
    /// @param exact false where the counting was ended, so that more may match; [#counts] tells how many
    /// @param notFullySearched how many of the viewer's letters could not be searched wholly
    /// @param after where the page after this begins; absent on the last
    public record Results(
            List<Result> results, long total, boolean exact, long notFullySearched, Optional<Start> after) {
        public Results {
            results = List.copyOf(results);
        }

        /// Newest first, what to pass as `beforeLetter` for the page after this; absent on the last.
        public Optional<Long> next() {
            return after.map(start -> start instanceof Start.Newest(long before) ? before : Long.MAX_VALUE);
        }
    }

    /// A message on a page of results.
    ///
    /// @param id the letter of it that is shown
    /// @param together the conversation that it stands for, where conversations are shown
    public record Result(LetterId id, Hit hit, Message message, Optional<Together> together) {
        public Result(LetterId id, Hit hit, Message message) {
            this(id, hit, message, Optional.empty());
        }
    }

    /// What one result stands for.
    ///
    /// @param letters how many letters are in the conversation that the viewer may see
    /// @param matching how many of them match
    /// @param complete false where it has more than are looked at
    public record Together(int letters, int matching, boolean complete) {}

    /// A conversation, as far as the viewer may see it.
    ///
    /// @param results its messages by what they say is their date, oldest first: those around the letter asked for
    /// @param letters how many letters it has in all
    /// @param complete false where it has more than are looked at
    public record Conversation(List<Result> results, int letters, boolean complete) {
        public Conversation {
            results = List.copyOf(results);
        }
    }

    /// A letter of a long walk through results.
    ///
    /// @param date what its header says, else when it was vouched for or arrived
    /// @param opening the letter, opened under the walk's one audit entry
    public record Step(LetterId id, Instant date, Opening opening) {}

    /// A letter that was opened ahead, or is opened when it is asked for. Once.
    @FunctionalInterface
    public interface Opening {
        /// The letter.
        ///
        /// @throws ArchiveException where its bytes cannot be read, or are no longer what was kept
        OpenLetter letter() throws ArchiveException;
    }

    /// Who is told of each letter of a long walk through results.
    @FunctionalInterface
    public interface Sink {
        void take(Step step) throws ArchiveException;
    }

    /// Finds letters, newest first.
    ///
    /// @param beforeLetter [Long#MAX_VALUE] for the first page, then what the last page gave as `next`
    public Results search(Viewer viewer, Query query, String queryText, int limit, long beforeLetter)
            throws ArchiveException {
        return search(viewer, query, queryText, new Start.Newest(beforeLetter), false, limit);
    }

    /// The same in any order, or by conversations, counted to the last letter.
    public Results search(Viewer viewer, Query query, String queryText, Start start, boolean together, int limit)
            throws ArchiveException {
        return search(viewer, query, queryText, start, together, limit, SearchIndex.TO_THE_END);
    }

    /// Finds letters.
    ///
    /// @param queryText the user's own words, for the audit trail
    /// @param start in which order, and where the page begins: what the last page gave as `after`
    /// @param together whether of each conversation only the first letter that matches is told
    /// @param limit 1 to [#PAGE_LIMIT]
    /// @param counting how long may be counted how many match
    public Results search(
            Viewer viewer, Query query, String queryText, Start start, boolean together, int limit, Duration counting)
            throws ArchiveException {
        if (limit < 1 || limit > PAGE_LIMIT) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_LIMIT + " results, not " + limit);
        }
        audit(viewer, "search", queryText);
        Scope scope = scope(viewer);
        Conversations conversations = new Conversations(index, scope);
        List<Result> results = new ArrayList<>();
        Set<Long> shown = new HashSet<>(); // letters of messages and conversations that stand on this page
        Optional<SearchIndex.Found> first = Optional.empty();
        Optional<Start> after = Optional.of(start);
        int looks = 0;
        while (after.isPresent() && results.size() < limit && looks < LOOKS_LIMIT) {
            int asked = looks == 0 ? limit : PAGE_LIMIT;
            SearchIndex.Found found =
                    index.find(query, scope, after.get(), asked, looks == 0 ? counting : Duration.ZERO);
            looks++;
            first = first.isPresent() ? first : Optional.of(found);
            Map<Long, Conversations.Group> groups = together ? conversations.of(found.hits()) : Map.of();
            after = found.hits().size() < asked
                    ? Optional.empty()
                    : Optional.of(found.after().getLast());
            int looked = 0;
            while (looked < found.hits().size() && results.size() < limit) {
                Hit hit = found.hits().get(looked);
                Start here = found.after().get(looked);
                if (!shown.contains(hit.letter())) {
                    Optional<Conversations.Group> group = Optional.ofNullable(groups.get(hit.letter()));
                    Optional<Result> result = group.isPresent()
                            ? standing(hit, group.get(), query, scope, here, shown)
                            : result(hit, query, scope, here, shown);
                    result.ifPresent(results::add);
                }
                looked++;
            }
            if (looked < found.hits().size()) {
                after = Optional.of(found.after().get(looked - 1));
            }
        }
        return new Results(
                results,
                first.map(SearchIndex.Found::total).orElse(0L),
                first.map(SearchIndex.Found::exact).orElse(true),
                first.map(SearchIndex.Found::notFullySearched).orElse(0L),
                after);
    }

    /// Works out what a first page of results would show, again and again for a moment, and shows it to nobody: so that
    /// the first who asks after a start waits no longer than the tenth.
    ///
    /// @param enough whether to end before that time; asked often
    public void warmUp(Duration atMost, BooleanSupplier enough) throws ArchiveException {
        long end = System.nanoTime() + atMost.toNanos();
        Scope scope = new Scope.Everything();
        Query words = new Query.Or(List.of(new Query.All(), new Query.Words(Query.Where.ANYWHERE, "warm up", false)));
        List<Hit> hits = index.find(words, scope, Start.newest(), PAGE_LIMIT).hits();
        int at = 0;
        while (!hits.isEmpty() && !enough.getAsBoolean() && System.nanoTime() < end) {
            Hit hit = hits.get(at++ % hits.size());
            Optional<Result> result = result(hit, words, scope, Start.newest(), new HashSet<>());
            if (result.isPresent()) {
                index.marks(
                        words, hit.subject().orElse("") + "\n" + hit.snippet().orElse(""));
                index.find(words, scope, new Start.Newest(hit.letter()), 1);
            }
        }
    }

    /// The result that stands for a conversation; empty where one of its letters that comes before this one matches,
    /// be it on a page before.
    private Optional<Result> standing(
            Hit hit, Conversations.Group group, Query query, Scope scope, Start here, Set<Long> shown)
            throws ArchiveException {
        List<Long> letters = group.letters().stream().map(Hit::letter).toList();
        List<Hit> matching = letters.size() == 1 ? List.of(hit) : index.among(query, scope, here, letters);
        if (matching.isEmpty() || matching.getFirst().letter() != hit.letter()) {
            return Optional.empty();
        }
        Optional<Result> result = result(hit, query, scope, here, shown);
        shown.addAll(letters);
        return result.map(r -> new Result(
                r.id(),
                r.hit(),
                r.message(),
                Optional.of(new Together(group.messages(), messages(matching), group.complete()))));
    }

    /// The conversation of a letter. Belongs to its opening, which the audit trail tells.
    ///
    /// @param limit how many messages are told at most
    public Conversation conversation(Viewer viewer, OpenLetter open, int limit) throws ArchiveException {
        Scope scope = scope(viewer);
        List<Hit> hits = index.among(
                new Query.All(), scope, Start.newest(), List.of(open.letter().number()));
        if (hits.isEmpty()) { // it waits for the index
            return new Conversation(List.of(), 1, true);
        }
        Conversations.Group group = Optional.ofNullable(new Conversations(index, scope)
                        .of(hits)
                        .get(open.letter().number()))
                .orElseThrow();
        List<Hit> letters = new ArrayList<>(group.letters());
        letters.sort(Comparator.comparing(Hit::date).thenComparingLong(Hit::letter));
        int at =
                letters.stream().map(Hit::letter).toList().indexOf(open.letter().number());
        int from = Math.clamp(at - limit / 2L, 0, Math.max(0, letters.size() - limit));
        Set<Long> shown = new HashSet<>();
        List<Result> results = new ArrayList<>();
        for (Hit hit : letters.subList(from, Math.min(letters.size(), from + limit))) {
            Optional<CataloguedLetter> letter =
                    shown.contains(hit.letter()) ? Optional.empty() : catalogue.letter(hit.letter());
            Optional<Messages.Seen> seen = letter.isEmpty() ? Optional.empty() : messages.seen(letter.get(), scope);
            if (seen.isPresent()) {
                Messages.Group message = messages.of(seen.get(), scope);
                shown.addAll(message.letters().keySet());
                results.add(new Result(seen.get().letter().id(), hit, Messages.message(message, hit.letter(), scope)));
            }
        }
        return new Conversation(results, group.messages(), group.complete());
    }

    /// As many as have different ids: variants of one message have the same.
    private static int messages(List<Hit> letters) {
        return (int) letters.stream().map(h -> h.answering().own()).distinct().count();
    }

    /// What stands in a letter around the words looked for. Belongs to the search that found it. Only its beginning
    /// is looked through, a megabyte.
    ///
    /// @param chars how long it is, at most
    /// @return empty where the words stand elsewhere, or the letter is not the viewer's or cannot be read
    public Optional<String> excerpt(Viewer viewer, Query query, LetterId id, int chars) throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(id);
        if (letter.isEmpty() || messages.seen(letter.get(), scope(viewer)).isEmpty()) {
            return Optional.empty();
        }
        try {
            Content bytes = vault.read(letter.get().places().getFirst());
            Content beginning = bytes.slice(0, Math.min(bytes.sizeBytes(), EXCERPT_BYTES));
            return index.excerpt(query, LetterReader.searchText(beginning, EXCERPT_LIMITS), chars);
        } catch (IOException damaged) { // which `check` tells, and opening the letter
            return Optional.empty();
        }
    }

    /// How many letters each of these further conditions would leave of what a query finds. Not an act of its own: it
    /// belongs to the search that asked for the same.
    public long[] counts(Viewer viewer, Query query, List<Query> further) throws ArchiveException {
        return index.counts(query, scope(viewer), further);
    }

    /// Where words that a query looks for stand in a text that is shown.
    public List<SearchIndex.Mark> marks(Query query, String text) {
        return index.marks(query, text);
    }

    /// Whom the headers of the newest letters name that match: at most [#PAGE_LIMIT] letters are looked at. Those in
    /// most of them first. Belongs to a search, as [#counts].
    public List<Correspondent> correspondents(Viewer viewer, Query query) throws ArchiveException {
        Scope scope = scope(viewer);
        Map<String, Correspondent> found = new LinkedHashMap<>();
        for (Hit hit : index.find(query, scope, PAGE_LIMIT, Long.MAX_VALUE).hits()) {
            Optional<CataloguedLetter> letter = catalogue.letter(hit.letter());
            if (letter.isEmpty() || messages.seen(letter.get(), scope).isEmpty()) {
                continue;
            }
            hit.from().ifPresent(from -> meet(found, from, hit.fromName(), 1, 0));
            Stream.concat(hit.to().stream(), hit.cc().stream())
                    .distinct()
                    .forEach(to -> meet(found, to, Optional.empty(), 0, 1));
        }
        return found.values().stream()
                .sorted(Comparator.comparingLong((Correspondent c) -> c.sent() + c.got())
                        .reversed())
                .toList();
    }

    private static void meet(
            Map<String, Correspondent> found, String address, Optional<String> name, long sent, long got) {
        Address whose = new Address(address);
        if (!whose.raw().contains("@")) {
            return;
        }
        found.merge(
                whose.key(),
                new Correspondent(whose, name, sent, got),
                (before, now) -> new Correspondent(
                        before.address(),
                        before.name().or(now::name),
                        before.sent() + now.sent(),
                        before.got() + now.got()));
    }

    /// The message of a hit. Empty where the catalogue does not confirm it, and where a letter of the same message that
    /// comes before it matches too: there it stands, be it on a page before.
    private Optional<Result> result(Hit hit, Query query, Scope scope, Start here, Set<Long> shown)
            throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(hit.letter());
        Optional<Messages.Seen> seen = letter.isEmpty() ? Optional.empty() : messages.seen(letter.get(), scope);
        if (seen.isEmpty()) {
            return Optional.empty();
        }
        Messages.Group group = messages.of(seen.get(), scope);
        Hit best = hit;
        Message.Variant shows = seen.get().variant();
        if (group.letters().size() > 1) {
            List<Hit> matching = index.among(query, scope, here, group.letters().keySet());
            if (!matching.isEmpty() && matching.getFirst().letter() != hit.letter()) {
                return Optional.empty();
            }
            for (Hit also : matching) {
                Message.Variant variant = Optional.ofNullable(group.letters().get(also.letter()))
                        .orElseThrow()
                        .variant();
                if (variant.rank() > shows.rank()) {
                    best = also;
                    shows = variant;
                }
            }
        }
        shown.addAll(group.letters().keySet());
        return Optional.of(new Result(shows.id(), best, Messages.message(group, shows.number(), scope)));
    }

    /// Letters that repeat the `Message-ID` of this one and are another message all the same: the viewer is
    /// told, for one of them may be forged, or the mail system may have written something into it
    /// (JOURNAL-FORMATS 8.5).
    public List<LetterId> otherVersions(Viewer viewer, OpenLetter open, String messageId) throws ArchiveException {
        Scope scope = scope(viewer);
        Set<Long> own = new HashSet<>();
        open.message().variants().forEach(v -> own.add(v.number()));
        List<LetterId> others = new ArrayList<>();
        for (Hit hit : index.find(new Query.Id(messageId), scope, PAGE_LIMIT, Long.MAX_VALUE)
                .hits()) {
            Optional<CataloguedLetter> letter =
                    own.contains(hit.letter()) ? Optional.empty() : catalogue.letter(hit.letter());
            if (letter.isPresent() && messages.seen(letter.get(), scope).isPresent()) {
                others.add(letter.get().id());
            }
        }
        return others;
    }

    /// Walks through all letters that match, newest first, as one audited act. Nothing is grouped: each variant
    /// is told. Small letters are opened ahead by other threads.
    public void each(Viewer viewer, Query query, String queryText, String what, Sink sink) throws ArchiveException {
        audit(viewer, what, queryText);
        Scope scope = scope(viewer);
        try (InOrder<List<Step>> packs = new InOrder<>(what, pack -> {
            for (Step step : pack) {
                sink.take(step);
            }
        })) {
            Map<Long, Instant> pack = new LinkedHashMap<>();
            index.each(query, scope, (number, date) -> {
                pack.put(number, date);
                if (pack.size() == PACK_LETTERS) {
                    add(packs, pack, scope);
                }
            });
            add(packs, pack, scope);
            packs.finish();
        }
    }

    private void add(InOrder<List<Step>> packs, Map<Long, Instant> pack, Scope scope) throws ArchiveException {
        Map<Long, Instant> dates = new LinkedHashMap<>(pack);
        pack.clear();
        packs.add(() -> steps(dates, scope), PACK_LETTERS * (long) AHEAD_BYTES);
    }

    /// Letters of a walk, by their dates: looked up at once, and read together where they lie together.
    private List<Step> steps(Map<Long, Instant> dates, Scope scope) throws ArchiveException {
        List<Catalogue.Vouched> letters = catalogue.vouched(List.copyOf(dates.keySet()));
        Set<Long> frames = new HashSet<>();
        for (Catalogue.Vouched vouched : letters) {
            frames.addAll(vouched.arrivals());
            if (vouched.letter().sizeBytes() <= AHEAD_BYTES) {
                frames.add(vouched.letter().places().getFirst().frame());
            }
        }
        VaultReader ahead = vault.readAhead(frames);
        List<Step> steps = new ArrayList<>(letters.size());
        for (Catalogue.Vouched vouched : letters) {
            CataloguedLetter letter = vouched.letter();
            Messages.seen(letter, catalogue.legibleTestimonies(vouched.arrivals(), ahead::frame), scope)
                    .ifPresent(seen -> steps.add(new Step(
                            letter.id(),
                            Objects.requireNonNull(dates.get(letter.number())),
                            opening(seen, scope, ahead))));
        }
        return steps;
    }

    private Opening opening(Messages.Seen seen, Scope scope, VaultReader ahead) {
        if (seen.letter().sizeBytes() > AHEAD_BYTES) {
            return () -> opened(seen, Messages.Group.of(seen), scope, vault);
        }
        try {
            OpenLetter letter = opened(seen, Messages.Group.of(seen), scope, ahead);
            return () -> letter;
        } catch (ArchiveException trouble) { // of this letter alone
            return () -> {
                throw trouble;
            };
        }
    }

    /// Whether there is mail of an address, at whatever time: giving it to somebody would open that.
    public boolean hasMail(Address address) throws ArchiveException {
        Scope whoever = Scope.Own.of(List.of(new Tenure(address.key(), Instant.MIN, Instant.MAX)));
        return index.find(new Query.All(), whoever, 1, Long.MAX_VALUE).total() > 0;
    }

    /// Opens a letter. Empty alike where there is none with this id and where the viewer may not see
    /// it.
    ///
    /// @throws ArchiveException also where the bytes are no longer what was kept
    public Optional<OpenLetter> open(Viewer viewer, LetterId id) throws ArchiveException {
        Optional<OpenLetter> letter = openWithin(scope(viewer), id, true);
        if (letter.isPresent()) {
            audit(viewer, "open", id.text());
        }
        return letter;
    }

    /// Opens a letter of which that was audited already.
    public Optional<OpenLetter> openDuringWalk(Viewer viewer, LetterId id) throws ArchiveException {
        return openWithin(scope(viewer), id, false);
    }

    private Optional<OpenLetter> openWithin(Scope scope, LetterId id, boolean wholeMessage) throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(id);
        Optional<Messages.Seen> seen = letter.isEmpty() ? Optional.empty() : messages.seen(letter.get(), scope);
        if (seen.isEmpty()) {
            if (letter.isPresent() && scope instanceof Scope.Everything) {
                catalogue.testimonies(letter.get().number()); // says why nothing can be read
            }
            return Optional.empty();
        }
        return Optional.of(opened(
                seen.get(),
                wholeMessage ? messages.of(seen.get(), scope) : Messages.Group.of(seen.get()),
                scope,
                vault));
    }

    private static OpenLetter opened(Messages.Seen seen, Messages.Group group, Scope scope, VaultReader from)
            throws ArchiveException {
        List<EnvelopeView> views = views(seen, scope);
        Set<Long> arrivals = new HashSet<>();
        views.forEach(v -> arrivals.add(v.arrival()));
        for (Messages.Seen other : group.letters().values()) {
            if (other.letter().number() != seen.letter().number()) {
                views(other, scope).stream()
                        .filter(v -> arrivals.add(v.arrival()))
                        .forEach(views::add);
            }
        }
        boolean seesAll = seen.testimonies().stream().anyMatch(scope::seesEvidence);
        return new OpenLetter(
                seen.letter(),
                verified(seen.letter(), from),
                seesAll,
                views,
                Messages.message(group, seen.letter().number(), scope));
    }

    private static List<EnvelopeView> views(Messages.Seen seen, Scope scope) {
        List<EnvelopeView> views = new ArrayList<>();
        for (Testimony t : seen.testimonies()) {
            List<Addressee> visible = scope.visible(t);
            views.add(new EnvelopeView(
                    seen.letter().id(),
                    t.number(),
                    t.entry().source(),
                    t.entry().at(),
                    t.entry().sender(),
                    t.entry().onBehalfOf(),
                    visible,
                    visible.size() == t.entry().addressees().size(),
                    t));
        }
        return views;
    }

    /// The report that vouches for a letter, without its originals. Empty where the viewer may not
    /// see it whole: it names every recipient.
    public Optional<Content> evidence(Viewer viewer, EnvelopeView view) throws ArchiveException {
        Optional<Octets> here = view.testimony().entry().evidence();
        Optional<Place> place = view.testimony().evidence();
        if ((place.isEmpty() && here.isEmpty()) || !scope(viewer).seesEvidence(view.testimony())) {
            return Optional.empty();
        }
        audit(viewer, "evidence", Long.toString(view.arrival()));
        return Optional.of(here.isPresent() ? here.get().content() : vault.read(place.orElseThrow()));
    }

    private static Content verified(CataloguedLetter letter, VaultReader from) throws ArchiveException {
        String trouble = "";
        for (Place place : letter.places()) {
            try {
                Content bytes = from.read(place);
                if (Sha256.of(bytes).equals(letter.sum())) {
                    return bytes;
                }
                trouble = "the bytes in frame " + place.frame() + " are not what was kept";
            } catch (IOException | ArchiveException e) { // perhaps it lies elsewhere too
                trouble = "frame " + place.frame() + " cannot be read: " + e.getMessage();
            }
        }
        throw new ArchiveException("letter " + letter.id() + " is damaged: " + trouble, false);
    }

    private Scope scope(Viewer viewer) {
        return switch (viewer) {
            case Viewer.Owner(var person) -> scopes.own(people.directory(), person.id());
            case Viewer.Auditor a ->
                scopes.across(people.directory(), roles.across(a.person().id(), acts.now()));
            case Viewer.Operator _ -> new Scope.Everything();
        };
    }

    private void audit(Viewer viewer, String what, String object) throws ArchiveException {
        switch (viewer) {
            case Viewer.Owner o -> {} // reading one's own letters is nobody else's business
            case Viewer.Auditor a -> acts.audit(a.name(), what, object, Optional.of(a.reason()), a.from());
            case Viewer.Operator o -> acts.audit(o.name(), what, object, o.reason());
        }
    }
}
