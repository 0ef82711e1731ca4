package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An index that is none: it reads every letter for every question. Fake.
final class SlowIndex implements SearchIndex {
    private final Catalogue catalogue;
    private final Vault vault;

    SlowIndex(Catalogue catalogue, Vault vault) {
        this.catalogue = catalogue;
        this.vault = vault;
    }

    @Override
    public Found find(Query query, Scope scope, int limit, long beforeLetter) throws ArchiveException {
        List<Hit> hits = new ArrayList<>();
        for (CataloguedLetter letter : catalogue.lettersAfter(0, 1_000).reversed()) {
            if (catalogue.testimonies(letter.number()).stream().anyMatch(scope::sees)) {
                hits.add(hit(letter));
            }
        }
        List<Hit> page = hits.stream()
                .filter(h -> h.letter() < beforeLetter)
                .limit(limit)
                .toList();
        return new Found(page, hits.size(), 0);
    }

    private Hit hit(CataloguedLetter letter) throws ArchiveException {
        try {
            Letter read = LetterReader.read(vault.read(letter.places().getFirst()), ReadLimits.DEFAULT);
            String text = read.searchText().strip().replaceAll("\\s+", " ");
            return new Hit(
                    letter.number(),
                    read.header().date().orElse(Firm.START),
                    read.header().from().stream()
                            .findFirst()
                            .map(m -> m.address().raw()),
                    read.header().from().stream().findFirst().map(m -> m.name()),
                    read.header().to().stream().map(m -> m.address().raw()).toList(),
                    read.header().cc().stream().map(m -> m.address().raw()).toList(),
                    read.header().subject(),
                    letter.sizeBytes(),
                    read.attachments().stream()
                            .map(a ->
                                    new Hit.FoundAttachment(a.name().orElse("?"), a.sizeBytes(), a.sha256(), a.type()))
                            .toList(),
                    Optional.of(text.substring(0, Math.min(180, text.length()))));
        } catch (IOException e) {
            throw new ArchiveException("unreadable", false, e);
        }
    }

    @Override
    public void put(List<LetterDocument> letters) {}

    @Override
    public void commit() {}

    @Override
    public long size() {
        return 0;
    }

    @Override
    public long storedBytes() {
        return 0;
    }

    @Override
    public void clear() {}

    @Override
    public void close() {}
}
