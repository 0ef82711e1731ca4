package io.carteggio.archive.role;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// Who holds which role, as all acts so far have it, and the acts that change it. Safe for many threads.
///
/// It is told of acts by the projection ([#apply]); its own methods only keep acts, so what is in memory is always what
/// the vault says. Everybody is a user, which is nothing that is given.
public final class Roles {
    private final Map<String, Grant> grants = new LinkedHashMap<>(); // by their ids, oldest first; guarded by this
    private final Set<String> credentials = new HashSet<>(); // people who have a password
    private final Set<String> away = new HashSet<>(); // who left, or whose account is closed: cannot log in
    private final Set<String> locked = new HashSet<>();
    private Optional<Review> review = Optional.empty(); // the last one
    private boolean setUp; // somebody could log in as an administrator once
    private final ReentrantLock turn = new ReentrantLock(); // of who looks and then keeps an act

    /// How long after a review the next one is due, unless it says so itself.
    public static final long REVIEW_DAYS = 180;

    /// No review is put off for longer.
    static final long REVIEW_DAYS_LIMIT = 366;

    /// A review of all rights.
    public record Review(Instant at, String by, long days) {
        /// When the next one is due.
        public Instant due() {
            return at.plus(Duration.ofDays(days));
        }
    }

    /// Takes an act into account. Acts that are not about roles are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.PersonAdded a -> added(a.person(), a.role(), a.at(), a.by());
            case Act.DirectoryChanged a -> a.changes().forEach(change -> told(change, a));
            case Act.RoleGranted a ->
                grants.putIfAbsent(
                        a.grant(),
                        new Grant(
                                a.grant(),
                                a.person(),
                                a.role(),
                                a.at(),
                                a.by(),
                                a.until(),
                                a.across(),
                                Optional.of(a.reason()),
                                a.group(),
                                Optional.empty()));
            case Act.RoleWithdrawn a ->
                grants.computeIfPresent(
                        a.grant(),
                        (_, g) -> g.withdrawn().isPresent()
                                ? g
                                : g.withdrawn(new Grant.Withdrawal(a.at(), a.by(), a.reason())));
            case Act.AccessReviewed a -> review = Optional.of(new Review(a.at(), a.by(), a.days()));
            case Act.CredentialSet a -> credentials.add(a.person());
            case Act _ -> {
                return;
            }
        }
        setUp = setUp || grants.values().stream().anyMatch(this::isAdministratorWhoCanLogIn);
    }

    private void added(String person, PersonRole role, Instant at, String by) {
        if (role != PersonRole.USER) {
            grants.putIfAbsent(
                    person,
                    new Grant(
                            person,
                            person,
                            role,
                            at,
                            by,
                            Optional.empty(),
                            role == PersonRole.AUDITOR ? Optional.of(Across.EVERYTHING) : Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty()));
        }
    }

    /// Whoever has left, whose account is closed, or who is another one now, is nobody who can act. Who may read the
    /// letters of one of two who are one person now may read that person's.
    private void told(Change change, Act.DirectoryChanged act) {
        switch (change) {
            case Change.PersonNew(String id, String _, PersonRole role) -> added(id, role, act.at(), act.by());
            case Change.Gone(String id, Instant _) -> away.add(id);
            case Change.Returned(String id) -> away.remove(id);
            case Change.Locked(String id, boolean closed) -> {
                if (closed) {
                    locked.add(id);
                } else {
                    locked.remove(id);
                }
            }
            case Change.Merged(String id, String into) -> {
                away.add(id);
                credentials.remove(id);
                grants.replaceAll(
                        (_, g) -> g.person().equals(id) && g.withdrawn().isEmpty()
                                ? g.withdrawn(new Grant.Withdrawal(act.at(), act.by(), "one person with " + into))
                                : g.naming(id, into));
            }
            case Change _ -> {}
        }
    }

    private boolean isAdministratorWhoCanLogIn(Grant g) {
        return g.role() == PersonRole.ADMINISTRATOR
                && g.group().isEmpty() // which may be gone tomorrow
                && credentials.contains(g.person())
                && !away.contains(g.person())
                && !locked.contains(g.person());
    }

    /// Whether there ever was an administrator who could log in. If not, the archive waits for its set-up. It never
    /// does so again: that all administrators are gone must not open the archive to whoever finds a link.
    public synchronized boolean isSetUp() {
        return setUp;
    }

    /// Everything that was ever given, oldest first.
    public synchronized List<Grant> all() {
        return List.copyOf(grants.values());
    }

    /// What counts at that instant.
    public List<Grant> inForce(Instant now) {
        return all().stream().filter(g -> g.inForce(now)).toList();
    }

    /// What a person holds at that instant.
    public synchronized List<Grant> of(String person, Instant now) {
        return grants.values().stream()
                .filter(g -> g.person().equals(person) && g.inForce(now))
                .toList();
    }

    /// The roles of a person; a user is everybody.
    public Set<PersonRole> rolesOf(String person, Instant now) {
        Set<PersonRole> roles = EnumSet.of(PersonRole.USER);
        of(person, now).forEach(g -> roles.add(g.role()));
        return roles;
    }

    /// The roles that somebody here gave her: those by which she may be a second person.
    public Set<PersonRole> standing(String person, Instant now) {
        Set<PersonRole> roles = EnumSet.of(PersonRole.USER);
        of(person, now).stream().filter(g -> g.group().isEmpty()).forEach(g -> roles.add(g.role()));
        return roles;
    }

    public boolean holds(String person, PersonRole role, Instant now) {
        return role == PersonRole.USER || of(person, now).stream().anyMatch(g -> g.role() == role);
    }

    /// What an auditor may read now; nothing where she is none (any more).
    public List<Across> across(String person, Instant now) {
        return of(person, now).stream().flatMap(g -> g.across().stream()).toList();
    }

    /// The last review.
    public synchronized Optional<Review> review() {
        return review;
    }

    /// When rights must be looked at again; empty where nobody was ever given any.
    public synchronized Optional<Instant> reviewDue() {
        return review.map(Review::due)
                .or(() -> grants.values().stream()
                        .map(g -> g.at().plus(Duration.ofDays(REVIEW_DAYS)))
                        .findFirst());
    }

    /// Somebody answers for the rights that there are.
    ///
    /// @param list what was looked at
    /// @throws IllegalArgumentException where no reason is given, or the next one would be too far away
    public void sign(Acts acts, String by, List<String> list, long days, String reason) throws ArchiveException {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("who signs says what was looked at");
        }
        if (days < 1 || days > REVIEW_DAYS_LIMIT) {
            throw new IllegalArgumentException("the next review is due within 1 to " + REVIEW_DAYS_LIMIT + " days");
        }
        String sum = Sha256.of(String.join("\n", list).getBytes(StandardCharsets.UTF_8))
                .toString();
        acts.keep(new Act.AccessReviewed(acts.now(), by, list.size(), sum, days, reason.strip()));
    }

    public synchronized Optional<Grant> grant(String id) {
        return Optional.ofNullable(grants.get(id));
    }

    /// Gives a role.
    ///
    /// @throws IllegalArgumentException where it cannot be given like that
    public Grant give(
            Acts acts,
            String by,
            String person,
            PersonRole role,
            Optional<Instant> until,
            Optional<Across> across,
            String reason)
            throws ArchiveException {
        check(acts.now(), role, until, across, reason);
        Act.RoleGranted act = new Act.RoleGranted(
                acts.now(), by, UUID.randomUUID().toString(), person, role, until, across, reason.strip());
        acts.keep(act);
        return grant(act.grant())
                .orElseThrow(
                        () -> new ArchiveException("the role is given, but the catalogue cannot show it now", true));
    }

    /// Refuses what [#give] would.
    ///
    /// @throws IllegalArgumentException where a role cannot be given like that
    public static void check(
            Instant now, PersonRole role, Optional<Instant> until, Optional<Across> across, String reason) {
        if (reason.isBlank()) {
            throw new Unacceptable("role-reason", "a role is given for a reason");
        }
        if (until.isPresent() && !now.isBefore(until.get())) {
            throw new Unacceptable("role-end", "a role cannot end before it begins: " + until.get(), until.get());
        }
        switch (role) {
            case USER -> throw new Unacceptable("everybody", "everybody is a user");
            case AUDITOR -> {
                if (until.isEmpty()) {
                    throw new Unacceptable("auditor-end", "an auditor's role has an end");
                }
                if (across.isEmpty()) {
                    throw new Unacceptable(
                            "auditor-whose", "an auditor is told whose letters to read: everyone's, or whose");
                }
            }
            case ADMINISTRATOR, DATA_PROTECTION_OFFICER -> {
                if (across.isPresent()) {
                    throw new Unacceptable("auditor-only", "only an auditor reads across people");
                }
            }
        }
    }

    /// Takes a role back.
    ///
    /// @throws IllegalArgumentException where there is nothing to take back, and where the archive would be left
    ///     without an administrator who can log in
    public Grant withdraw(Acts acts, String by, String id, String reason) throws ArchiveException {
        turn.lock();
        try {
            Instant now = acts.now();
            checkWithdrawal(now, id, reason);
            acts.keep(new Act.RoleWithdrawn(now, by, id, reason.strip()));
            return grant(id).orElseThrow();
        } finally {
            turn.unlock();
        }
    }

    /// Refuses what [#withdraw] would.
    ///
    /// @throws IllegalArgumentException where a role cannot be taken back like that
    public void checkWithdrawal(Instant now, String id, String reason) {
        Grant grant = grant(id)
                .filter(g -> g.inForce(now))
                .orElseThrow(() -> new Unacceptable("no-role", "no role that is in force has the id " + id, id));
        if (reason.isBlank()) {
            throw new Unacceptable("withdraw-reason", "a role is withdrawn for a reason");
        }
        if (isLastAdministrator(grant, now)) {
            throw new Unacceptable(
                    "last-administrator",
                    "nobody who can log in would be left as an administrator; give the role to another first");
        }
    }

    /// Brings what groups of a provider of log-ins give a person up to what they say at this log-in: a role
    /// that none gives any more is withdrawn, one that is new is given. An auditor's role has bounds, which
    /// no group knows: none gives it.
    ///
    /// @param by who says so
    /// @param said the groups that give roles
    /// @param until when what they say is to be said again
    /// @throws IllegalArgumentException where a group gives a role that none can
    public void follow(Acts acts, String by, String person, Map<PersonRole, String> said, Instant until)
            throws ArchiveException {
        if (said.containsKey(PersonRole.AUDITOR) || said.containsKey(PersonRole.USER)) {
            throw new IllegalArgumentException("no group makes anybody an auditor, and everybody is a user");
        }
        turn.lock();
        try {
            Instant now = acts.now();
            List<Grant> before =
                    of(person, now).stream().filter(g -> g.group().isPresent()).toList();
            for (Grant grant : before) {
                if (!grant.group().equals(Optional.ofNullable(said.get(grant.role())))) {
                    acts.keep(new Act.RoleWithdrawn(now, by, grant.id(), "no group gives it any more"));
                }
            }
            Instant half = now.plus(Duration.between(now, until).dividedBy(2));
            for (Map.Entry<PersonRole, String> one : said.entrySet()) {
                boolean lasts = before.stream()
                        .anyMatch(g -> g.role() == one.getKey()
                                && g.group().equals(Optional.of(one.getValue()))
                                && g.until().map(half::isBefore).orElse(false));
                if (!lasts) {
                    acts.keep(new Act.RoleGranted(
                            now,
                            by,
                            UUID.randomUUID().toString(),
                            person,
                            one.getKey(),
                            Optional.of(until),
                            Optional.empty(),
                            "said at the log-in",
                            Optional.of(one.getValue())));
                }
            }
        } finally {
            turn.unlock();
        }
    }

    /// Whether this is the only one who can log in as an administrator: she must stay.
    public synchronized boolean isLastAdministrator(String person, Instant now) {
        return grants.values().stream()
                .anyMatch(g -> g.person().equals(person) && g.inForce(now) && isLastAdministrator(g, now));
    }

    private synchronized boolean isLastAdministrator(Grant grant, Instant now) {
        return isAdministratorWhoCanLogIn(grant)
                && grants.values().stream()
                        .noneMatch(g ->
                                !g.person().equals(grant.person()) && g.inForce(now) && isAdministratorWhoCanLogIn(g));
    }

    /// The words of a set of roles in their order, without `user` where there is more.
    public static List<String> words(Set<PersonRole> roles) {
        List<String> words = new ArrayList<>();
        for (PersonRole role : PersonRole.values()) {
            if (roles.contains(role) && (role != PersonRole.USER || roles.size() == 1)) {
                words.add(role.word());
            }
        }
        return words;
    }
}
