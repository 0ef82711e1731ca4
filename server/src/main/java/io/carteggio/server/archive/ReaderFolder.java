package io.carteggio.server.archive;

import io.carteggio.embedded.extraction.ReaderProgram;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;

/// Where the program lies that reads attachments: in a folder `extract` beside that of our own jars, never
/// among them (decision 0014).
public final class ReaderFolder {
    /// A system property that names another folder; empty for none.
    public static final String PROPERTY = "carteggio.extract";

    private ReaderFolder() {}

    /// Empty where it is not there, as when classes are run that are in no jar.
    public static Optional<ReaderProgram> program() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return given.isEmpty() ? Optional.empty() : ReaderProgram.in(Path.of(given));
        }
        CodeSource source = ReaderFolder.class.getProtectionDomain().getCodeSource();
        try {
            return Optional.ofNullable(source)
                    .flatMap(s -> Optional.ofNullable(s.getLocation()))
                    .flatMap(location -> beside(Path.of(URI.create(location.toString()))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<ReaderProgram> beside(Path jar) {
        Path lib = jar.toAbsolutePath().getParent();
        return lib == null ? Optional.empty() : ReaderProgram.in(lib.resolveSibling("extract"));
    }
}
