package io.carteggio.archive.entry;

import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What an administrator did, or what the audit trail must keep. Forced to the vault before it takes
/// effect.
public sealed interface Act {
    /// When, by our clock.
    Instant at();

    /// Who did it: a person's name, `operator` for one at the machine's own console, `set-up`.
    String by();

    /// A place that mail comes from.
    ///
    /// @param headerOrder fields of a plain mail's header in the order in which they are asked who
    ///     got it;
    /// none for
    ///     the usual order
    /// @param settings by name: who may deliver to a journaling address, and what becomes of mail of
    ///     unknown people
    record SourceAdded(
            Instant at,
            String by,
            String name,
            Optional<Address> address,
            Family family,
            List<String> headerOrder,
            Map<String, String> settings)
            implements Act {
        public SourceAdded {
            headerOrder = List.copyOf(headerOrder);
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }

        public SourceAdded(Instant at, String by, String name, Optional<Address> address, Family family) {
            this(at, by, name, address, family, List.of(), Map.of());
        }
    }

    /// Other settings for a journaling address: all of them, in place of those before.
    record SourceSet(Instant at, String by, String name, Map<String, String> settings) implements Act {
        public SourceSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// A mailbox of another server from which mail is fetched: a new source, or other settings for one.
    ///
    /// @param protocol `imap`, `pop3`, …
    /// @param settings by name, as the protocol understands them; never a password or a token
    record MailboxSet(Instant at, String by, String name, Family family, String protocol, Map<String, String> settings)
            implements Act {
        public MailboxSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// Nothing comes from a source any more. What came stays.
    record SourceRemoved(Instant at, String by, String name) implements Act {}

    /// A person, still without addresses.
    ///
    /// @param person the person's own id, for good
    record PersonAdded(Instant at, String by, String person, String name, PersonRole role) implements Act {}

    /// A person is given a role, besides those she has.
    ///
    /// @param grant names this giving for good, so that it can be withdrawn
    /// @param until when it ends by itself
    /// @param across what an auditor may read; absent for other roles
    /// @param reason why it is given
    /// @param group the group of a provider of log-ins that gives it; absent where somebody here does
    record RoleGranted(
            Instant at,
            String by,
            String grant,
            String person,
            PersonRole role,
            Optional<Instant> until,
            Optional<Across> across,
            String reason,
            Optional<String> group)
            implements Act {
        public RoleGranted {
            if ((role == PersonRole.AUDITOR) != across.isPresent()) {
                throw new IllegalArgumentException("an auditor, and nobody else, is told what to read across");
            }
        }

        public RoleGranted(
                Instant at,
                String by,
                String grant,
                String person,
                PersonRole role,
                Optional<Instant> until,
                Optional<Across> across,
                String reason) {
            this(at, by, grant, person, role, until, across, reason, Optional.empty());
        }
    }

    /// A role is taken back before its end.
    ///
    /// @param grant the giving; the person's id for the role that came with her
    record RoleWithdrawn(Instant at, String by, String grant, String reason) implements Act {}

    /// An address a person holds, from an instant on until another; open where absent.
    record AddressGiven(
            Instant at, String by, String person, Address address, Optional<Instant> from, Optional<Instant> to)
            implements Act {}

    /// The directory is another from here on: all of the changes, or none.
    ///
    /// @param sync the synchronisation that found them; absent where they were made by hand
    record DirectoryChanged(Instant at, String by, Optional<String> sync, List<Change> changes) implements Act {
        public DirectoryChanged {
            changes = List.copyOf(changes);
        }
    }

    /// Another directory that people are synchronised with, or other settings for one.
    ///
    /// @param protocol `csv`, `ldap`, `graph`
    /// @param settings by name; never a password or a token
    record SyncSet(Instant at, String by, String name, String protocol, Map<String, String> settings) implements Act {
        public SyncSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// People are synchronised with it no longer. What it brought stays.
    record SyncRemoved(Instant at, String by, String name) implements Act {}

    /// What a person logs in with: an encoded Argon2id hash (RFC 9106), never the password.
    record CredentialSet(Instant at, String by, String person, String hash) implements Act {}

    /// Letters that are gone for good, with all that vouched for them.
    ///
    /// @param frames whose records' keys are destroyed
    /// @param marks keyed marks of the letters' sums, so that they are known again if they come again
    record Erased(Instant at, String by, String reason, List<ErasedFrame> frames, List<Octets> marks) implements Act {
        public Erased {
            frames = List.copyOf(frames);
            marks = List.copyOf(marks);
        }
    }

    /// What an erasure takes of one frame.
    ///
    /// @param records indices of the records whose keys go
    /// @param tombstone the manifest that stands for the erased one, where index 0 is among them
    record ErasedFrame(long frame, List<Integer> records, Optional<Octets> tombstone) {
        public ErasedFrame {
            records = List.copyOf(records);
        }
    }

    /// A letter that was erased may come again: its mark is forgotten.
    record Readmitted(Instant at, String by, String reason, Octets mark) implements Act {}

    /// Letters that could not be read any more once another one's records are gone; the frame has
    /// them anew, whole, in its records of type letter, in this order.
    ///
    /// @param letters none where the frame was erased in turn
    record KeptAnew(Instant at, String by, List<LetterRef> letters) implements Act {
        public KeptAnew {
            letters = List.copyOf(letters);
        }
    }

    /// Letters that a query finds must be kept until the hold is released.
    record HoldAdded(Instant at, String by, String name, String query, String reason) implements Act {}

    /// A hold ends.
    record HoldReleased(Instant at, String by, String name, String reason) implements Act {}

    /// How long letters must be kept at least and may be kept at most, in days; no bound where absent.
    ///
    /// @param copiesDays so many days the oldest copy of the keyring is kept at most; absent: as usual
    record RetentionSet(
            Instant at, String by, Optional<Long> minimumDays, Optional<Long> maximumDays, Optional<Long> copiesDays)
            implements Act {}

    /// Who stamps the ledger's checkpoints (RFC 3161).
    ///
    /// @param url where the authority answers; absent: nobody stamps
    /// @param certificates that its own must lead to, PEM; absent: whoever answers is believed
    record TimestampAuthoritySet(Instant at, String by, Optional<String> url, Optional<String> certificates)
            implements Act {}

    /// Where the ledger's checkpoints are lodged besides.
    ///
    /// @param directory an absolute path; absent: nowhere
    record LodgingSet(Instant at, String by, Optional<String> directory) implements Act {}

    /// What is watched and who is told: alarms, the canary, thresholds.
    ///
    /// @param subject which settings: `mail`, `webhook`, `canary`, `limits`
    /// @param settings by name; none: no longer
    record WatchSet(Instant at, String by, String subject, Map<String, String> settings) implements Act {
        public WatchSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// A report that was missing is missing no more, or somebody answers for its being lost.
    ///
    /// @param arrival the notice that told of it
    /// @param found the arrival that brought the report, where one did
    record GapClosed(Instant at, String by, long arrival, String reason, Optional<Long> found) implements Act {}

    /// Somebody has looked at who has which rights, and answers for it.
    ///
    /// @param rights how many there were
    /// @param sum SHA-256 of the list that was looked at, in hexadecimal digits
    /// @param days after how many it is to be looked at again
    record AccessReviewed(Instant at, String by, long rights, String sum, long days, String reason) implements Act {}

    /// A token for programs of a person's.
    ///
    /// @param token names it for good, and stands in it
    /// @param scopes operations that it may call; `job.*` for all that begin so
    /// @param hash SHA-256 of the token, in hexadecimal digits: it is random, so that needs no salt
    record TokenAdded(
            Instant at,
            String by,
            String token,
            String person,
            String name,
            List<String> scopes,
            Instant expires,
            String hash)
            implements Act {
        public TokenAdded {
            scopes = List.copyOf(scopes);
        }
    }

    /// A token opens nothing any more.
    record TokenRevoked(Instant at, String by, String token) implements Act {}

    /// A person's search with its name: a new one, or another name for one.
    ///
    /// @param search names it for good
    /// @param best whether the best come first, and not the newest
    /// @param together whether conversations are shown
    record SearchSaved(
            Instant at,
            String by,
            String search,
            String person,
            String name,
            String query,
            boolean best,
            boolean together)
            implements Act {}

    /// A person's search is no more.
    record SearchForgotten(Instant at, String by, String search, String person) implements Act {}

    /// Something dangerous is asked for, where that takes two.
    ///
    /// @param request names it for good
    /// @param person the id of who asks; absent: whoever has the machine
    /// @param operation what is to be done, one word
    /// @param object to what, in words
    /// @param params exactly what, so that nothing else is done once it is approved
    /// @param expires until when it can be approved and done
    record ApprovalAsked(
            Instant at,
            String by,
            String request,
            Optional<String> person,
            String operation,
            String object,
            String params,
            Optional<String> reason,
            Instant expires)
            implements Act {}

    /// A second person approves it, or refuses.
    ///
    /// @param person the id of who decides
    record ApprovalDecided(Instant at, String by, String request, String person, boolean approved, String reason)
            implements Act {}

    /// What was approved is begun. Kept before it begins, so that it is never done twice.
    record ApprovalUsed(Instant at, String by, String request) implements Act {}

    /// Nothing was done of what was approved and begun: it was refused first. The approval is good
    /// again.
    record ApprovalReturned(Instant at, String by, String request) implements Act {}

    /// How people log in besides by a password here, or that they do not by one.
    ///
    /// @param subject `oidc`, `ldap`, `password`, `passkey`
    /// @param settings by name, never a secret; none: as if it had never been set
    record LogInSet(Instant at, String by, String subject, Map<String, String> settings) implements Act {
        public LogInSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// A passkey of a person's (WebAuthn).
    ///
    /// @param passkey names it for good
    /// @param name as she calls it
    /// @param credential what its authenticator calls it
    /// @param key its public key, as COSE has it (RFC 9052)
    /// @param counter how many signatures it had made; 0 where it does not count
    /// @param maker the AAGUID, which nobody vouches for
    /// @param transports by which ways it can be asked
    /// @param synced whether it may lie on several devices
    record PasskeyAdded(
            Instant at,
            String by,
            String passkey,
            String person,
            String name,
            Octets credential,
            Octets key,
            long counter,
            String maker,
            List<String> transports,
            boolean synced)
            implements Act {
        public PasskeyAdded {
            transports = List.copyOf(transports);
        }
    }

    /// Somebody proved who she is by a passkey.
    ///
    /// @param counter how many signatures it had made then
    record PasskeyUsed(Instant at, String by, String passkey, long counter) implements Act {}

    /// A passkey opens nothing any more.
    record PasskeyRemoved(Instant at, String by, String passkey) implements Act {}

    /// How somebody wants to have something that is hers alone.
    ///
    /// @param name what: `language`, `passkey-after-password`
    /// @param value empty: as if it had never been set
    record PreferenceSet(Instant at, String by, String person, String name, String value) implements Act {}

    /// Whose an account elsewhere is, so that she is known by it and not by an address, which may be
    /// another's one day.
    ///
    /// @param issuer who has the account: a provider of log-ins
    /// @param account what the issuer calls it, for good
    /// @param person absent: nobody's any more
    record AccountLinked(Instant at, String by, String issuer, String account, Optional<String> person)
            implements Act {}

    /// A backup was made.
    ///
    /// @param place where it lies, an absolute path at the machine that made it
    /// @param frames how many it holds, from the first one on
    /// @param files how many it has
    /// @param copiedBytes octets that were copied this time
    /// @param seconds how long it took
    /// @param verified whether all of it was read back
    /// @param damaged how many files were then not as they had been written
    /// @param masterKey whether the master key's file lies in it
    record BackedUp(
            Instant at,
            String by,
            String place,
            long frames,
            long files,
            long copiedBytes,
            long seconds,
            boolean verified,
            long damaged,
            boolean masterKey)
            implements Act {}

    /// Whether dangerous acts take two from now on.
    record ModeSet(Instant at, String by, boolean twoPersons, String reason) implements Act {}

    /// A journal rule: a new one, or in place of the one of that name.
    ///
    /// @param recipient whose mail it is about; absent: everybody's
    /// @param mailbox where its reports go
    /// @param alternate where reports go that do not reach it; absent: where those of all rules do
    /// @param dedicated whether the mailbox is there for reports alone, although it lies in a domain of ours
    record JournalRuleSet(
            Instant at,
            String by,
            String name,
            JournalScope scope,
            Optional<Change.Member> recipient,
            Address mailbox,
            Optional<Address> alternate,
            boolean dedicated,
            boolean enabled)
            implements Act {}

    /// A journal rule is no more.
    record JournalRuleRemoved(Instant at, String by, String name) implements Act {}

    /// Mail for an address goes on to others.
    ///
    /// @param to none: no longer
    /// @param copy whether the address itself gets it, too
    record ForwardingSet(Instant at, String by, Address address, List<Address> to, boolean copy) implements Act {
        public ForwardingSet {
            to = List.copyOf(to);
        }
    }

    /// How the journaling agent works: all its settings, in place of those before.
    record AgentSet(Instant at, String by, Map<String, String> settings) implements Act {
        public AgentSet {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /// Private keys are held in escrow from now on, so that mail encrypted to them can be decrypted for its
    /// report. The keys themselves lie in the keyring.
    ///
    /// @param form `smime` or `openpgp`
    /// @param keys what each says of itself: fingerprint and owner
    record EscrowKeysAdded(Instant at, String by, String name, String form, List<String> keys) implements Act {
        public EscrowKeysAdded {
            keys = List.copyOf(keys);
        }
    }

    /// Keys are not held in escrow any more.
    record EscrowKeysRemoved(Instant at, String by, String name) implements Act {}

    /// An entry of the audit trail.
    ///
    /// @param what one word for the kind: `search`, `open`, `export`, …
    /// @param object what it was done to: a letter's id, a query
    /// @param reason as stated by who did it
    /// @param from the peer's address; absent at the machine itself
    record Audited(Instant at, String by, String what, String object, Optional<String> reason, Optional<String> from)
            implements Act {
        public Audited(Instant at, String by, String what, String object, Optional<String> reason) {
            this(at, by, what, object, reason, Optional.empty());
        }
    }
}
