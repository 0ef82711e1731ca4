package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The configured sources, as all acts so far have made them. Safe for many threads.
public final class Sources {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}");

    private final Map<String, Source> byName = new LinkedHashMap<>();
    private final Map<String, Source> byAddress = new LinkedHashMap<>();

    /// Takes an act into account. Acts that are not about sources are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.SourceAdded a) {
            HeaderOrder headers = a.headerOrder().isEmpty() ? HeaderOrder.DEFAULT : new HeaderOrder(a.headerOrder());
            Source source = new Source(a.name(), a.address(), a.family(), headers);
            byName.put(a.name(), source);
            if (source.listening()) {
                a.address().ifPresent(address -> byAddress.put(address.key(), source));
            }
        }
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
    /// @throws IllegalArgumentException where the name or the address is taken, or the name is none: one to 64
    ///     letters, digits, spaces and `. _ @ -`
    public void add(Acts acts, String by, String name, Optional<Address> address, Family family)
            throws ArchiveException {
        add(acts, by, name, address, family, HeaderOrder.DEFAULT);
    }

    /// The same, with an order of header fields of the source's own.
    ///
    /// @throws IllegalArgumentException also where the source's mail is not read by its header
    public void add(Acts acts, String by, String name, Optional<Address> address, Family family, HeaderOrder headers)
            throws ArchiveException {
        boolean usual = headers.equals(HeaderOrder.DEFAULT);
        if (!usual && family != Family.MULTIDROP) {
            throw new IllegalArgumentException("a header order is for multidrop sources: " + family.word()
                    + " does not ask the header who got a mail");
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a source's name has 1 to 64 letters, digits, spaces and . _ @ - : '" + name + "'");
        }
        if (named(name).isPresent()) {
            throw new IllegalArgumentException("there is a source named " + name + " already");
        }
        if (address.isPresent() && at(address.get()).isPresent()) {
            throw new IllegalArgumentException(address.get() + " is the address of source "
                    + at(address.get()).get().name() + " already");
        }
        acts.keep(new Act.SourceAdded(acts.now(), by, name, address, family, usual ? List.of() : headers.fields()));
    }
}
