package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `stats`: the books, and how large everything is.
final class BooksOperations {
    /// What the index lies in, below the data directory; all else there is `storedBytes`.
    static final String INDEX_FOLDER = "index";

    private final Desk desk;

    BooksOperations(Desk desk) {
        this.desk = desk;
    }

    Outcome stats(Request request, Reply reply) throws ArchiveException, IOException {
        Books books = desk.catalogue().books();
        Map<String, Account> bySource = new LinkedHashMap<>();
        desk.sources().all().forEach(s -> bySource.put(s.name(), new Account(s.name(), 0, 0, 0, 0, 0, 0, 0, 0)));
        books.sources().forEach(a -> bySource.put(a.source(), a));

        ObjectNode line = Json.object();
        put(line, books.all());
        line.put("storedBytes", storedBytes(desk.directory()));
        line.put("indexBytes", desk.index().storedBytes());
        line.put("indexLag", desk.catalogue().outboxSize());
        line.set("sources", Json.objects(bySource.values().stream().map(BooksOperations::account)));
        reply.line(line);
        return books.sources().stream().allMatch(Account::balances)
                ? Outcome.DONE
                : Outcome.failed(Exit.NO, "the books do not balance");
    }

    static ObjectNode account(Account account) {
        ObjectNode line = Json.object().put("name", account.source());
        put(line, account);
        return line;
    }

    static void put(ObjectNode line, Account account) {
        line.put("received", account.received());
        line.put("letters", account.letters());
        line.put("evidence", account.evidence());
        line.put("notices", account.notices());
        line.put("quarantined", account.quarantined());
        line.put("discarded", account.discarded());
        line.put("originals", account.originals());
        line.put("rawBytes", account.rawBytes());
    }

    /// Octets of all files below the directory but those of the index. Files come and go while we look: what is gone
    /// again is not counted.
    static long storedBytes(Path directory) throws IOException {
        long[] sum = new long[1];
        Path index = directory.resolve(INDEX_FOLDER);
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                return dir.equals(index) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return sum[0];
    }
}
