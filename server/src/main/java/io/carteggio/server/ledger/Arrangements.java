package io.carteggio.server.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/// Who stamps checkpoints and where they are lodged, as all acts so far have set it. Safe for many threads.
public final class Arrangements {
    private Custody.Settings settings = new Custody.Settings(Optional.empty(), Optional.empty());

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.TimestampAuthoritySet a) {
            settings = new Custody.Settings(a.url().map(url -> authority(url, a.certificates())), settings.place());
        } else if (act instanceof Act.LodgingSet a) {
            settings = new Custody.Settings(settings.authority(), a.directory().map(Path::of));
        }
    }

    public synchronized Custody.Settings settings() {
        return settings;
    }

    /// Names who stamps.
    ///
    /// @param url where he answers; empty: nobody stamps any more
    /// @param certificates PEM; empty: whoever answers there is believed
    /// @throws IllegalArgumentException where that is no address, or no certificate
    public void setAuthority(Acts acts, String by, Optional<String> url, Optional<String> certificates)
            throws ArchiveException {
        url.ifPresent(u -> authority(u, certificates));
        acts.keep(new Act.TimestampAuthoritySet(acts.now(), by, url, certificates));
    }

    /// Names the directory where checkpoints are lodged.
    ///
    /// @param directory empty: nothing is lodged any more
    /// @throws IllegalArgumentException where the path is not absolute
    public void setPlace(Acts acts, String by, Optional<Path> directory) throws ArchiveException {
        if (directory.isPresent() && !directory.get().isAbsolute()) {
            throw new IllegalArgumentException("not an absolute path: " + directory.get());
        }
        acts.keep(new Act.LodgingSet(acts.now(), by, directory.map(Path::toString)));
    }

    private static TimestampAuthority authority(String url, Optional<String> certificates) {
        List<X509Certificate> trusted =
                certificates.map(TimestampReply::certificates).orElse(List.of());
        return new TimestampAuthority(URI.create(url), trusted);
    }
}
