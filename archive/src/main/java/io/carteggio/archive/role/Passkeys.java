package io.carteggio.archive.role;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.vault.Octets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// People's passkeys (WebAuthn), as all acts so far have made them. Safe for many threads.
///
/// What is kept of one opens nothing: a public key, and what its authenticator is called and has counted. Who
/// is one person with another logs in as that one, by what opens that one.
public final class Passkeys {
    /// Nobody has more.
    public static final int LIMIT = 20;

    public static final int NAME_LIMIT_CHARS = 60;

    /// No authenticator calls a key by more (WebAuthn level 3, 4, "Credential ID").
    public static final int CREDENTIAL_LIMIT_BYTES = 1_023;

    /// No public key is longer: RSA of 4,096 bits has some 530 octets.
    public static final int KEY_LIMIT_BYTES = 1_500;

    private static final int TRANSPORTS_LIMIT = 10;

    private final Map<String, Passkey> passkeys = new LinkedHashMap<>(); // by their ids; guarded by this
    private final Map<Octets, String> byCredential = new LinkedHashMap<>(); // guarded by this
    private final ReentrantLock turn = new ReentrantLock(); // of who looks and then keeps an act

    /// What an authenticator tells of a key that it just made.
    ///
    /// @param credential what the authenticator calls it
    /// @param key its public key, as COSE has it (RFC 9052)
    /// @param counter how many signatures it has made; 0 where it does not count
    /// @param maker the AAGUID, which nobody vouches for
    /// @param transports by which ways it can be asked
    /// @param synced whether it may lie on several devices
    public record Fresh(
            Octets credential, Octets key, long counter, String maker, List<String> transports, boolean synced) {
        public Fresh {
            if (credential.sizeBytes() == 0
                    || credential.sizeBytes() > CREDENTIAL_LIMIT_BYTES
                    || key.sizeBytes() > KEY_LIMIT_BYTES
                    || counter < 0) {
                throw new IllegalArgumentException("no key of an authenticator");
            }
            transports = transports.stream()
                    .filter(way -> way.matches("[a-z-]{1,20}"))
                    .limit(TRANSPORTS_LIMIT)
                    .toList();
        }
    }

    /// A passkey.
    ///
    /// @param id names it for good
    /// @param person whose it is
    /// @param name as she calls it
    /// @param counter what the last signature told; 0 where it does not count
    /// @param used when it was last used
    public record Passkey(
            String id, String person, String name, Fresh made, long counter, Instant added, Optional<Instant> used) {
        /// Whether a signature that tells this may be the next one: an authenticator that counts never tells
        /// the same or less again, but where there is a copy of it (WebAuthn level 3, 7.2, step 22).
        public boolean isNext(long told) {
            return (told == 0 && counter == 0) || told > counter;
        }
    }

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.PasskeyAdded a -> {
                if (byCredential.putIfAbsent(a.credential(), a.passkey()) == null) {
                    Fresh made = new Fresh(a.credential(), a.key(), a.counter(), a.maker(), a.transports(), a.synced());
                    passkeys.put(
                            a.passkey(),
                            new Passkey(
                                    a.passkey(), a.person(), a.name(), made, a.counter(), a.at(), Optional.empty()));
                }
            }
            case Act.PasskeyUsed a ->
                passkeys.computeIfPresent(
                        a.passkey(),
                        (_, p) -> new Passkey(
                                p.id(),
                                p.person(),
                                p.name(),
                                p.made(),
                                Math.max(p.counter(), a.counter()),
                                p.added(),
                                Optional.of(a.at())));
            case Act.PasskeyRemoved a -> forget(a.passkey());
            case Act.DirectoryChanged a ->
                a.changes().forEach(change -> {
                    if (change instanceof Change.Merged(String id, String _)) {
                        of(id).forEach(p -> forget(p.id()));
                    }
                });
            case Act _ -> {}
        }
    }

    private void forget(String id) {
        Passkey gone = passkeys.remove(id);
        if (gone != null) {
            byCredential.remove(gone.made().credential());
        }
    }

    /// A person's, the oldest first.
    public synchronized List<Passkey> of(String person) {
        return passkeys.values().stream().filter(p -> p.person().equals(person)).toList();
    }

    public synchronized Optional<Passkey> named(String id) {
        return Optional.ofNullable(passkeys.get(id));
    }

    /// The one that an authenticator calls so.
    public synchronized Optional<Passkey> byCredential(Octets credential) {
        return Optional.ofNullable(byCredential.get(credential)).map(passkeys::get);
    }

    /// Keeps a new one.
    ///
    /// @throws IllegalArgumentException where it cannot be kept like that
    public Passkey add(Acts acts, String by, String person, String name, Fresh made) throws ArchiveException {
        String called = name.strip();
        if (called.isEmpty()
                || called.length() > NAME_LIMIT_CHARS
                || called.chars().anyMatch(Character::isISOControl)) {
            throw new Unacceptable(
                    "passkey-name",
                    "a passkey has a name of 1 to " + NAME_LIMIT_CHARS + " characters",
                    NAME_LIMIT_CHARS);
        }
        turn.lock();
        try {
            if (byCredential(made.credential()).isPresent()) {
                throw new Unacceptable("passkey-known", "this passkey is known already");
            }
            if (of(person).size() >= LIMIT) {
                throw new Unacceptable("passkeys-many", "nobody has more than " + LIMIT + " passkeys", LIMIT);
            }
            Act.PasskeyAdded act = new Act.PasskeyAdded(
                    acts.now(),
                    by,
                    UUID.randomUUID().toString(),
                    person,
                    called,
                    made.credential(),
                    made.key(),
                    made.counter(),
                    made.maker(),
                    made.transports(),
                    made.synced());
            acts.keep(act);
            return named(act.passkey())
                    .orElseThrow(() -> new ArchiveException("the passkey is kept, but cannot be shown now", true));
        } finally {
            turn.unlock();
        }
    }

    /// A good signature was made by it, and told this count. Of two that tell the same, one is believed.
    ///
    /// @return false where the count is none that can come next, or the passkey was removed meanwhile;
    /// nothing
    /// was kept
    public boolean use(Acts acts, String by, String id, long counter) throws ArchiveException {
        turn.lock();
        try {
            if (named(id).filter(p -> p.isNext(counter)).isEmpty()) {
                return false;
            }
            acts.keep(new Act.PasskeyUsed(acts.now(), by, id, counter));
            return true;
        } finally {
            turn.unlock();
        }
    }

    /// Opens nothing any more.
    ///
    /// @return false where there is none of this id
    public boolean remove(Acts acts, String by, String id) throws ArchiveException {
        turn.lock();
        try {
            if (named(id).isEmpty()) {
                return false;
            }
            acts.keep(new Act.PasskeyRemoved(acts.now(), by, id));
            return true;
        } finally {
            turn.unlock();
        }
    }
}
