package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Person;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.server.web.page.LetterView;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A letter: its page, its HTML, its pictures, and all of it to be printed. Files are [LetterDownloads].
///
/// Opening a page is one act in an auditor's trail; the HTML and the pictures that the page itself loads belong to it
/// and carry a pass that the page gave out.
final class LetterPages {
    private final Site site;
    private final OpenLetters letters;
    private final LetterViews views;

    LetterPages(Site site, OpenLetters letters) {
        this.site = site;
        this.letters = letters;
        views = new LetterViews(site, letters);
    }

    void letter(Visit visit) throws ArchiveException, IOException, Busy {
        letters.read(visit, letters.opened(visit), open -> {
            LetterView view = views.view(visit, open, LetterReader.read(open.bytes(), OpenLetters.LIMITS));
            visit.page("letter", view.subject(), view);
        });
    }

    /// The letter's HTML, made harmless, for the frame on its page.
    void html(Visit visit) throws ArchiveException, IOException, Busy {
        letters.read(visit, letters.ofThePage(visit), open -> {
            Letter letter = LetterReader.read(open.bytes(), OpenLetters.LIMITS);
            if (letter.html().isEmpty()) {
                visit.notFound();
            } else {
                alone(
                        visit,
                        harmless(
                                        visit,
                                        open.letter().id().text(),
                                        letter,
                                        letter.html().get())
                                .html());
            }
        });
    }

    /// The letter alone on a page, to be printed: its header, who got it, and its text.
    void print(Visit visit) throws ArchiveException, IOException, Busy {
        letters.read(visit, letters.ofThePage(visit), open -> {
            Letter letter = LetterReader.read(open.bytes(), OpenLetters.LIMITS);
            LetterView view = views.view(visit, open, letter);
            String head = visit.fragment("print", view.subject(), view);
            alone(
                    visit,
                    letter.html().isPresent()
                            ? harmless(visit, view.id(), letter, letter.html().get())
                                    .after(head)
                            : MailHtml.document(head));
        });
    }

    /// A document of an origin of its own that runs nothing.
    private static void alone(Visit visit, String document) {
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.LETTER);
        visit.header("X-Frame-Options", "SAMEORIGIN");
        visit.text("text/html; charset=utf-8", document);
    }

    private MailHtml harmless(Visit visit, String id, Letter letter, String hostile) {
        Map<String, Attachment> byContentId = new HashMap<>();
        OpenLetters.parts(letter)
                .filter(a -> FileNames.isPicture(a.type()))
                .forEach(a -> a.contentId().ifPresent(cid -> byContentId.putIfAbsent(cid, a)));
        String base = "/letters/" + id + "/pictures/";
        String picturePass = visit.loggedIn().handle() + "." + letters.pass(visit, id);
        return MailHtml.of(
                hostile,
                cid -> Optional.ofNullable(byContentId.get(cid)).map(a -> base + a.index() + "/" + picturePass));
    }

    /// A picture within a letter's HTML. The sandboxed frame has an origin of its own, so no cookie comes along; the
    /// address names the session and carries the pass, and the scope decides as always.
    void picture(Visit visit) throws ArchiveException, IOException {
        String[] words = visit.path("pass").split("\\.", 2);
        Optional<Session> session = words.length == 2 ? site.sessions().ofHandle(words[0]) : Optional.empty();
        Optional<Person> person =
                session.flatMap(s -> site.desk().people().directory().byId(s.person()));
        Optional<LetterId> id = OpenLetters.id(visit);
        if (person.isEmpty() || id.isEmpty()) {
            visit.notFound();
            return;
        }
        Viewer viewer = Visit.viewer(site, session.get(), person.get(), visit.peer());
        Optional<OpenLetter> open =
                Tokens.same(letters.pass(session.get(), viewer, id.get().text()), words[1])
                        ? site.desk().reading().openDuringWalk(viewer, id.get())
                        : Optional.empty();
        Optional<InputStream> part = open.isEmpty()
                ? Optional.empty()
                : LetterDownloads.part(
                        visit, index -> LetterReader.openAttachment(open.get().bytes(), index));
        if (part.isEmpty()) {
            visit.notFound();
            return;
        }
        BufferedInputStream bytes = new BufferedInputStream(part.get());
        bytes.mark(16);
        Optional<String> type = FileNames.pictureType(bytes.readNBytes(12));
        if (type.isEmpty()) {
            bytes.close();
            visit.notFound();
            return;
        }
        bytes.reset();
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.DOWNLOAD);
        // the frame is of no origin, so for the browser this is another site
        visit.header("Cross-Origin-Resource-Policy", "cross-origin");
        visit.stream(type.get(), bytes);
    }
}
