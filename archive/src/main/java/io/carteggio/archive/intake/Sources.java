package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.authenticity.Expected;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The configured sources, as all acts so far have made them. Safe for many threads.
public final class Sources {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}");

    /// The setting that says what becomes of letters in which nobody is known.
    private static final String UNKNOWN = "unknown";

    private final Map<String, Source> byName = new LinkedHashMap<>();
    private final Map<String, Source> byAddress = new LinkedHashMap<>();
    private final Map<String, Mailbox> mailboxes = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> settings = new LinkedHashMap<>();

    /// Takes an act into account. Acts that are not about sources are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.SourceAdded a) {
            HeaderOrder headers = a.headerOrder().isEmpty() ? HeaderOrder.DEFAULT : new HeaderOrder(a.headerOrder());
            put(new Source(a.name(), a.address(), a.family(), headers), a.settings());
        } else if (act instanceof Act.SourceSet a) {
            named(a.name()).ifPresent(source -> put(source, a.settings()));
        } else if (act instanceof Act.MailboxSet a) {
            Mailbox mailbox = new Mailbox(a.protocol(), a.settings());
            byName.put(
                    a.name(),
                    new Source(
                            a.name(),
                            Optional.empty(),
                            a.family(),
                            mailbox.headers(),
                            Expected.NOTHING,
                            discardsUnknown(a.settings())));
            mailboxes.put(a.name(), mailbox);
        } else if (act instanceof Act.SourceRemoved a) {
            byName.remove(a.name());
            byAddress.values().removeIf(source -> source.name().equals(a.name()));
            mailboxes.remove(a.name());
            settings.remove(a.name());
        }
    }

    private void put(Source source, Map<String, String> given) {
        Source set = new Source(
                source.name(),
                source.address(),
                source.family(),
                source.headers(),
                Expected.ofKept(given),
                discardsUnknown(given));
        byName.put(set.name(), set);
        settings.put(set.name(), given);
        if (set.listening()) {
            set.address().ifPresent(address -> byAddress.put(address.key(), set));
        }
    }

    /// Nothing is discarded unless that was chosen in so many words (P3).
    private static boolean discardsUnknown(Map<String, String> settings) {
        return settings.getOrDefault(UNKNOWN, "").startsWith("discard");
    }

    /// What was set for a source whose mail comes by itself, by name.
    public synchronized Map<String, String> settings(String name) {
        return settings.getOrDefault(name, Map.of());
    }

    /// Sets a journaling address anew: all its settings, in place of those before.
    ///
    /// @throws IllegalArgumentException where there is no such address, or a setting makes no sense
    public void set(Acts acts, String by, String name, Map<String, String> given) throws ArchiveException {
        if (named(name).filter(Source::listening).isEmpty()) {
            throw new IllegalArgumentException("source " + name + " is no journaling address of ours");
        }
        check(given);
        acts.keep(new Act.SourceSet(acts.now(), by, name, given));
    }

    private static void check(Map<String, String> given) {
        for (String name : given.keySet()) {
            if (!Expected.SETTINGS.contains(name) && !name.equals(UNKNOWN)) {
                throw new IllegalArgumentException("a journaling address has no setting '" + name + "'");
            }
        }
        Expected.of(given);
        if (!Set.of("keep", "discard").contains(given.getOrDefault(UNKNOWN, "keep"))) {
            throw new IllegalArgumentException("mail of unknown people at a journaling address: keep or discard");
        }
    }

    /// A mailbox of another server, as an administrator set it.
    ///
    /// @param settings by name, as the protocol understands them
    public record Mailbox(String protocol, Map<String, String> settings) {
        /// Where a plain mail's header is asked who got it.
        ///
        /// @throws IllegalArgumentException where that is no order
        public HeaderOrder headers() {
            String fields = settings.getOrDefault("headers", "");
            return fields.isEmpty() ? HeaderOrder.DEFAULT : new HeaderOrder(List.of(fields.split(",")));
        }
    }

    /// The mailbox that a source's mail is fetched from; empty where it comes by itself.
    public synchronized Optional<Mailbox> mailbox(String name) {
        return Optional.ofNullable(mailboxes.get(name));
    }

    /// Adds a source whose mail is fetched.
    ///
    /// @throws IllegalArgumentException where the name is taken or none
    public void addMailbox(Acts acts, String by, String name, Family family, Mailbox mailbox) throws ArchiveException {
        checkNew(name);
        checkHeaders(family, mailbox);
        acts.keep(new Act.MailboxSet(acts.now(), by, name, family, mailbox.protocol(), mailbox.settings()));
    }

    /// Sets a fetched source's mailbox anew.
    ///
    /// @throws IllegalArgumentException where there is no such source
    public void setMailbox(Acts acts, String by, String name, Family family, Mailbox mailbox) throws ArchiveException {
        if (mailbox(name).isEmpty()) {
            throw new IllegalArgumentException("there is no fetched source named " + name);
        }
        checkHeaders(family, mailbox);
        acts.keep(new Act.MailboxSet(acts.now(), by, name, family, mailbox.protocol(), mailbox.settings()));
    }

    private static void checkHeaders(Family family, Mailbox mailbox) {
        if (!mailbox.headers().equals(HeaderOrder.DEFAULT) && family != Family.MULTIDROP) {
            throw new IllegalArgumentException("a header order is for multidrop sources");
        }
    }

    /// Removes a source. Its letters and its books stay.
    ///
    /// @throws IllegalArgumentException where there is no such source
    public void remove(Acts acts, String by, String name) throws ArchiveException {
        if (named(name).isEmpty()) {
            throw new IllegalArgumentException("there is no source named " + name);
        }
        acts.keep(new Act.SourceRemoved(acts.now(), by, name));
    }

    public synchronized List<Source> all() {
        return List.copyOf(byName.values());
    }

    public synchronized Optional<Source> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// The source whose journaling address this is.
    public synchronized Optional<Source> at(Address address) {
        return Optional.ofNullable(byAddress.get(address.key()));
    }

    /// Adds a source.
    ///
    /// @throws IllegalArgumentException where the name or the address is taken, or the name is none: one
    ///     to 64 letters, digits, spaces and `. _ @ -`
    public void add(Acts acts, String by, String name, Optional<Address> address, Family family)
            throws ArchiveException {
        add(acts, by, name, address, family, HeaderOrder.DEFAULT, Map.of());
    }

    /// The same, with an order of header fields of the source's own, and with settings.
    ///
    /// @throws IllegalArgumentException also where the source's mail is not read by its header, or a
    ///     setting makes no sense
    public void add(
            Acts acts,
            String by,
            String name,
            Optional<Address> address,
            Family family,
            HeaderOrder headers,
            Map<String, String> given)
            throws ArchiveException {
        boolean usual = headers.equals(HeaderOrder.DEFAULT);
        if (!usual && family != Family.MULTIDROP) {
            throw new IllegalArgumentException("a header order is for multidrop sources: " + family.word()
                    + " does not ask the header who got a mail");
        }
        checkNew(name);
        if (address.isPresent() && at(address.get()).isPresent()) {
            throw new IllegalArgumentException(address.get() + " is the address of source "
                    + at(address.get()).get().name() + " already");
        }
        check(given);
        acts.keep(new Act.SourceAdded(
                acts.now(), by, name, address, family, usual ? List.of() : headers.fields(), given));
    }

    private void checkNew(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a source's name has 1 to 64 letters, digits, spaces and . _ @ - : '" + name + "'");
        }
        if (named(name).isPresent()) {
            throw new IllegalArgumentException("there is a source named " + name + " already");
        }
    }
}
