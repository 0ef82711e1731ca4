package io.carteggio.archive.role;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// How people log in besides by a password here, and whose the accounts are that they did so with, as all
/// acts so far have it. Safe for many threads.
///
/// An account is known for good by what its issuer calls it, from the first log-in on: an address that
/// somebody else has one day opens nobody's letters to him.
public final class LogIns {
    /// The issuer of accounts of an LDAP directory.
    public static final String LDAP_ISSUER = "ldap";

    /// No name that an issuer has for an account is longer.
    public static final int ACCOUNT_LIMIT_CHARS = 300;

    private final Map<Way, Map<String, String>> settings = new LinkedHashMap<>(); // guarded by this
    private final Map<Key, Account> accounts = new LinkedHashMap<>(); // guarded by this
    private final ReentrantLock turn = new ReentrantLock(); // of who looks and then keeps an act

    /// A way in.
    public enum Way {
        OIDC("oidc"),
        LDAP("ldap"),
        PASSWORD("password"),
        PASSKEY("passkey");

        private final String word;

        Way(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        /// The way of this word.
        public static Optional<Way> ofWord(String word) {
            return List.of(values()).stream().filter(w -> w.word.equals(word)).findFirst();
        }
    }

    private record Key(String issuer, String account) {}

    /// An account elsewhere.
    ///
    /// @param account what the issuer calls it
    /// @param since when it was first logged in with
    public record Account(String issuer, String account, String person, Instant since) {}

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.LogInSet a -> Way.ofWord(a.subject()).ifPresent(way -> set(way, a.settings()));
            case Act.AccountLinked a -> {
                Key key = new Key(a.issuer(), a.account());
                if (a.person().isPresent()) {
                    accounts.put(
                            key, new Account(a.issuer(), a.account(), a.person().get(), a.at()));
                } else {
                    accounts.remove(key);
                }
            }
            case Act.DirectoryChanged a ->
                a.changes().forEach(change -> {
                    if (change instanceof Change.Merged(String id, String _)) {
                        // who is one with another logs in as that one, by what opens that one
                        accounts.values().removeIf(account -> account.person().equals(id));
                    }
                });
            case Act _ -> {}
        }
    }

    private void set(Way way, Map<String, String> now) {
        if (now.isEmpty()) {
            settings.remove(way);
        } else {
            settings.put(way, now);
        }
    }

    /// The settings of a way; absent where it is not used, and of passwords and passkeys where they are
    /// used as usual.
    public synchronized Optional<Map<String, String>> settings(Way way) {
        return Optional.ofNullable(settings.get(way));
    }

    /// Whether people log in by a password that is kept here. The machine's own commands do not depend on it.
    public boolean byPassword() {
        return settings(Way.PASSWORD).isEmpty();
    }

    /// Whether people log in by a passkey.
    public boolean byPasskey() {
        return settings(Way.PASSKEY).isEmpty();
    }

    /// All accounts, the oldest first.
    public synchronized List<Account> accounts() {
        return List.copyOf(accounts.values());
    }

    /// The accounts of a person.
    public List<Account> of(String person) {
        return accounts().stream().filter(a -> a.person().equals(person)).toList();
    }

    /// The id of whose it is.
    public synchronized Optional<String> whose(String issuer, String account) {
        return Optional.ofNullable(accounts.get(new Key(issuer, account))).map(Account::person);
    }

    /// Sets a way anew.
    ///
    /// @param now none: as if it had never been set
    public void set(Acts acts, String by, Way way, Map<String, String> now) throws ArchiveException {
        acts.keep(new Act.LogInSet(acts.now(), by, way.word(), now));
    }

    /// Remembers whose an account is. A person has one account of an issuer.
    ///
    /// @return false where it is another's, or she has another one there; nothing was kept
    public boolean link(Acts acts, String by, String issuer, String account, String person) throws ArchiveException {
        if (account.isEmpty() || account.length() > ACCOUNT_LIMIT_CHARS) {
            return false;
        }
        turn.lock();
        try {
            Optional<String> known = whose(issuer, account);
            if (known.isPresent()) {
                return known.get().equals(person);
            }
            if (of(person).stream().anyMatch(a -> a.issuer().equals(issuer))) {
                return false;
            }
            acts.keep(new Act.AccountLinked(acts.now(), by, issuer, account, Optional.of(person)));
            return true;
        } finally {
            turn.unlock();
        }
    }

    /// Forgets which accounts are a person's: the next log-in with her address links another one.
    ///
    /// @return how many there were
    public int forget(Acts acts, String by, String person) throws ArchiveException {
        turn.lock();
        try {
            List<Account> hers = of(person);
            for (Account account : hers) {
                acts.keep(new Act.AccountLinked(acts.now(), by, account.issuer(), account.account(), Optional.empty()));
            }
            return hers.size();
        } finally {
            turn.unlock();
        }
    }
}
