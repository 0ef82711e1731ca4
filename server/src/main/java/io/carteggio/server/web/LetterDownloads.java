package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.EnvelopeView;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.server.web.page.Message;
import io.javalin.http.HttpStatus;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// What can be had of a letter: its octets, its parts, what vouches for it, the proof that it was kept. Each is an act
/// of its own in an auditor's trail. For the pages and for programs alike.
final class LetterDownloads {
    private final Site site;
    private final OpenLetters letters;

    LetterDownloads(Site site, OpenLetters letters) {
        this.site = site;
        this.letters = letters;
    }

    /// An attachment in the browser, where that is a picture, a PDF or text by its own octets, whatever it claims.
    void show(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            Optional<Attachment> attachment = attachment(visit, open);
            if (attachment.isEmpty()) {
                visit.notFound();
                return;
            }
            BufferedInputStream bytes = new BufferedInputStream(
                    LetterReader.openAttachment(open.bytes(), attachment.get().index()), FileNames.LOOKED_AT);
            bytes.mark(FileNames.LOOKED_AT);
            Optional<String> type = FileNames.shownType(attachment.get().type(), bytes.readNBytes(FileNames.LOOKED_AT));
            if (type.isEmpty()) {
                bytes.close();
                notShown(visit, open);
                return;
            }
            bytes.reset();
            visit.header("Content-Disposition", "inline");
            visit.header(
                    SecurityHeaders.POLICY,
                    type.get().equals("application/pdf") ? SecurityHeaders.DOCUMENT : SecurityHeaders.DOWNLOAD);
            visit.stream(type.get(), bytes);
        });
    }

    private static void notShown(Visit visit, OpenLetter open) {
        visit.page(
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                "message",
                visit.say("show.not"),
                new Message(
                        Optional.empty(),
                        visit.say("show.not"),
                        List.of(visit.say("show.not.why")),
                        Optional.of(new Message.Link("/letters/" + open.letter().id(), visit.say("show.back")))));
    }

    private static Optional<Attachment> attachment(Visit visit, OpenLetter open) throws IOException {
        return OpenLetters.parts(LetterReader.read(open.bytes(), OpenLetters.LIMITS.withTextChars(0)))
                .filter(a -> Integer.toString(a.index()).equals(visit.path("part")))
                .findFirst();
    }

    void attachment(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            Optional<Attachment> attachment = attachment(visit, open);
            if (attachment.isEmpty()) {
                visit.notFound();
                return;
            }
            Attachment a = attachment.get();
            download(
                    visit,
                    a.name().orElse("part-" + a.index()),
                    FileNames.downloadType(a.type()),
                    LetterReader.openAttachment(open.bytes(), a.index()));
        });
    }

    /// A letter within the letter.
    void nested(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            Optional<InputStream> bytes = part(visit, index -> LetterReader.openNested(open.bytes(), index));
            if (bytes.isEmpty()) {
                visit.notFound();
            } else {
                download(visit, "letter-" + visit.path("part") + ".eml", "message/rfc822", bytes.get());
            }
        });
    }

    /// The letter byte for byte (P2).
    void original(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            String subject = LetterReader.header(open.bytes()).subject().orElse("");
            String name = subject.isBlank() ? open.letter().id().text() : subject;
            visit.header("Content-Length", Long.toString(open.bytes().sizeBytes()));
            download(visit, name + ".eml", "message/rfc822", open.bytes().open());
        });
    }

    /// The proof that it was kept; whoever may open the letter may have it.
    void proof(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            byte[] proof = site.desk().proof(open);
            download(
                    visit,
                    open.letter().id().text() + ".proof",
                    "application/octet-stream",
                    new ByteArrayInputStream(proof));
        });
    }

    /// The report that vouches for the letter.
    void report(Visit visit) throws ArchiveException, IOException {
        letters.with(visit, open -> {
            Optional<Content> report = Optional.empty();
            for (EnvelopeView e : open.envelopes()) {
                if (Long.toString(e.arrival()).equals(visit.path("arrival"))) {
                    report = site.desk().reading().evidence(visit.viewer(), e);
                }
            }
            if (report.isEmpty()) {
                visit.notFound();
                return;
            }
            visit.header("Content-Length", Long.toString(report.get().sizeBytes()));
            download(
                    visit,
                    "report-" + visit.path("arrival") + ".eml",
                    "message/rfc822",
                    report.get().open());
        });
    }

    /// One of numbered parts.
    @FunctionalInterface
    interface Parts {
        InputStream open(int index) throws IOException;
    }

    /// The part that the address names; empty where there is none.
    static Optional<InputStream> part(Visit visit, Parts parts) throws IOException {
        if (!visit.path("part").matches("[0-9]{1,6}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(parts.open(Integer.parseInt(visit.path("part"))));
        } catch (IndexOutOfBoundsException none) {
            return Optional.empty();
        }
    }

    private static void download(Visit visit, String name, String type, InputStream bytes) {
        visit.header("Content-Disposition", FileNames.attachment(name));
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.DOWNLOAD);
        visit.stream(type, bytes);
    }
}
