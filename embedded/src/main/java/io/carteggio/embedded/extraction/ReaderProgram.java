package io.carteggio.embedded.extraction;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The program that reads attachments: where its classes lie, apart from ours.
///
/// @param javaOptions beside those that the limits make
public record ReaderProgram(String classPath, String mainClass, List<String> javaOptions) {
    private static final String MAIN = "io.carteggio.extract.Main";

    public ReaderProgram {
        javaOptions = List.copyOf(javaOptions);
    }

    /// The one whose jars lie in a folder; empty where there are none.
    public static Optional<ReaderProgram> in(Path folder) {
        return Files.isDirectory(folder)
                ? Optional.of(new ReaderProgram(folder.toAbsolutePath() + "/*", MAIN, List.of()))
                : Optional.empty();
    }
}
