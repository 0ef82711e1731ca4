package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.ApiTokens;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Preferences;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.giveback.GiveBack;
import io.carteggio.server.local.Operations;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.watch.Monitor;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the pages need of an open archive. Safe for many threads.
public interface ArchiveDesk {
    Reading reading();

    People people();

    /// Who may do what.
    Roles roles();

    /// Where everything dangerous passes.
    Gate gate();

    /// Tokens of programs.
    ApiTokens tokens();

    /// People's saved searches.
    SavedSearches savedSearches();

    /// How people log in, besides by a password here.
    LogIns logIns();

    /// People's passkeys.
    Passkeys passkeys();

    /// How people want to have what is theirs.
    Preferences preferences();

    Sources sources();

    Acts acts();

    /// For the books, the quarantine and the audit trail; letters come from [#reading] alone.
    Catalogue catalogue();

    /// What the commands call, too.
    Operations operations();

    /// Alarms, and what monitors ask for.
    Monitor monitor();

    /// A secret that lies sealed in the keyring.
    Optional<byte[]> secret(String name);

    /// Keeps secrets in place of those of the same names; an empty one is forgotten.
    void keepSecrets(Map<String, byte[]> secrets) throws ArchiveException;

    /// Tells the clear copies that the journaling agent has made.
    ClearMark clearMark();

    /// The secrets whose names begin so, by the rest of their names.
    default Secrets secrets(String prefix) {
        return new Secrets() {
            @Override
            public Optional<String> get(String name) {
                return secret(prefix + name).map(octets -> new String(octets, StandardCharsets.UTF_8));
            }

            @Override
            public void put(String name, String secret) throws ArchiveException {
                keepSecrets(Map.of(prefix + name, secret.getBytes(StandardCharsets.UTF_8)));
            }
        };
    }

    /// The proof that a letter was kept, as octets. Whoever calls has opened it.
    byte[] proof(OpenLetter letter) throws ArchiveException;

    /// The listener for mail; absent where none was started.
    Optional<Listening> listening();

    /// Where mail for a domain goes.
    MailExchangers exchangers();

    /// A listener.
    ///
    /// @param certificate that it shows
    record Listening(int port, Optional<X509Certificate> certificate) {}

    /// The ways back to mailboxes.
    GiveBack giveBack();

    /// How the archive is doing right now.
    Condition condition() throws ArchiveException;

    /// The archive's state of health, for the administrator.
    ///
    /// @param indexLag letters that cannot be found yet
    /// @param storedBytes octets on disk but for the index
    /// @param indexBytes octets of the index
    /// @param freeBytes octets left where the archive lies
    /// @param refused mails that were over the size limit, by source
    /// @param trouble why nothing new is taken, if so
    /// @param concerns what else needs an administrator, in sentences, although mail is taken
    record Condition(
            long indexLag,
            long storedBytes,
            long indexBytes,
            long freeBytes,
            Map<String, Long> refused,
            Optional<String> trouble,
            List<String> concerns) {
        public Condition {
            refused = Map.copyOf(refused);
            concerns = List.copyOf(concerns);
        }
    }
}
