package io.carteggio.server.demo;

import io.carteggio.server.demo.Part.Transfer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Letters that answer each other: who writes next quotes what was written last and names it in `In-Reply-To` and
/// `References`. Belongs to one thread; made anew for each story.
final class Conversation {
    private static final int WRAP_AT = 74;

    /// What is said in a sentence.
    private static final Set<String> BRIEF = Set.of("accept", "forward", "boss", "bank", "carrier", "card");

    /// Long threads are cut when quoted, as people do.
    private static final int QUOTED_LINES = 60;

    private final Chance chance;
    private final Post post;
    private final Facts facts;
    private final List<Turn> turns = new ArrayList<>();
    private final Set<String> written = new HashSet<>();
    private String subject = "";

    Conversation(Chance chance, Post post, Facts facts) {
        this.chance = chance;
        this.post = post;
        this.facts = facts;
    }

    Facts facts() {
        return facts;
    }

    /// What was written, for those who answer it.
    private record Turn(Draft draft, String text, List<Enclosure> files) {}

    /// Files of the last letter, to be passed on.
    List<Enclosure> lastFiles() {
        return turns.getLast().files();
    }

    /// Starts a letter. Its subject is drawn from that section where it is the first; a reply otherwise.
    Letter letter(Party author, List<Party> to, Instant said, String section) {
        return new Letter(author, to, said, section);
    }

    /// A letter being put together.
    final class Letter {
        private final Party author;
        private final List<Party> to;
        private final Instant said;
        private final String section;
        private final List<Party> cc = new ArrayList<>();
        private final List<String> bcc = new ArrayList<>();
        private final List<Enclosure> files = new ArrayList<>();
        private final Head more = new Head();
        private Optional<Party> assistant = Optional.empty();
        private Optional<String> calendar = Optional.empty();
        private boolean forward;
        private boolean asMail;

        private Letter(Party author, List<Party> to, Instant said, String section) {
            this.author = author;
            this.to = List.copyOf(to);
            this.said = said;
            this.section = section;
        }

        Letter cc(List<Party> others) {
            cc.addAll(others);
            return this;
        }

        Letter bcc(String address) {
            bcc.add(address);
            return this;
        }

        Letter attach(Enclosure file) {
            files.add(file);
            return this;
        }

        /// Written by that person in the author's name.
        Letter by(Party person) {
            assistant = Optional.of(person);
            return this;
        }

        /// With an iTIP object as one of its alternatives.
        Letter invite(String object) {
            calendar = Optional.of(object);
            return this;
        }

        /// Passes the last letter on, with its files.
        Letter forward() {
            forward = true;
            files.addAll(lastFiles());
            return this;
        }

        /// Passes the last letter on whole, as an attached mail.
        Letter forwardAsMail() {
            forward = true;
            asMail = true;
            Draft last = turns.getLast().draft();
            String name = last.subject().replaceAll("[^\\p{L}\\p{N} -]", "").strip();
            files.add(new Enclosure(
                    name.substring(0, Math.min(name.length(), 40)).strip() + ".eml",
                    Enclosures.EML,
                    last.mail(new Head(), new Head())));
            return this;
        }

        Letter field(String name, String value) {
            more.add(name, value);
            return this;
        }

        /// The journal report of this letter, by the way it must have gone.
        DemoMail send(String what) {
            Draft draft = draft();
            if (House.ours(author.address())) {
                return post.submitted(what, draft, bcc, chance);
            }
            List<String> ours = new ArrayList<>();
            for (List<Party> addressed : List.of(to, cc)) {
                addressed.stream().map(Party::address).filter(House::ours).forEach(ours::add);
            }
            ours.addAll(bcc);
            return post.inbound(what, draft, ours, chance);
        }

        /// The letter as its author sends it; from here on it can be answered.
        Draft draft() {
            Tongue tongue = tongue();
            Party addressee = to.getFirst();
            List<String> headings = Words.of(tongue).has(section + ".subject")
                    ? Words.of(tongue).section(section + ".subject")
                    : List.of("");
            List<String> bodies = Words.of(tongue).section(section + ".body");
            String heading = chance.pick(headings);
            // as many headings as texts: they belong together
            String body = turns.isEmpty() && headings.size() == bodies.size()
                    ? bodies.get(headings.indexOf(heading))
                    : fresh(bodies);
            String own = ownText(tongue, addressee, body);
            String text = own + quotation(tongue);
            subject = subjectLine(tongue, addressee, heading);
            Tongue.Setting setting = author.setting();
            Head.Words words = setting.words();
            List<String> references = new ArrayList<>();
            if (!turns.isEmpty()) {
                references.addAll(turns.getLast().draft().references());
                turns.getLast().draft().id().ifPresent(references::add);
            }
            program(words);
            Draft draft = new Draft(
                    author,
                    assistant,
                    to,
                    cc,
                    subject,
                    said.truncatedTo(ChronoUnit.SECONDS),
                    zone(),
                    Optional.of(messageId()),
                    references,
                    words,
                    more,
                    body(tongue, own, text, setting));
            turns.add(new Turn(draft, text, files));
            return draft;
        }

        /// What one writes in: one's own language to colleagues of the same and to the world, else the other's.
        private Tongue tongue() {
            Tongue other = to.getFirst().tongue();
            if (!House.ours(author.address())) {
                return author.tongue();
            }
            boolean inside = House.ours(to.getFirst().address());
            Tongue wanted = inside && other != author.tongue() ? Tongue.IT : other;
            return Stream.of(wanted, Tongue.EN)
                    .filter(t -> Words.of(t).has(section + ".body"))
                    .findFirst()
                    .orElse(Tongue.IT);
        }

        private ZoneId zone() {
            return author.tongue().zone();
        }

        private String subjectLine(Tongue tongue, Party addressee, String heading) {
            if (forward) {
                return tongue.forwardOf(subject);
            }
            return turns.isEmpty() ? facts.fill(heading, tongue, addressee) : tongue.replyTo(subject);
        }

        private String messageId() {
            if (House.ours(author.address())) {
                String server = Post.server(chance);
                return "<" + server.substring(0, server.indexOf('.')) + chance.upperHex(18) + "@" + server + ">";
            }
            return switch (author.tongue()) {
                case DE -> "<" + chance.guid() + "@" + author.domain() + ">";
                case JA -> "<" + said.getEpochSecond() + "." + chance.upperHex(8) + "@" + author.domain() + ">";
                default ->
                    "<" + chance.hex(8) + "." + chance.between(1_000, 9_999) + "." + said.getEpochSecond() + "@mail."
                            + author.domain() + ">";
            };
        }

        private void program(Head.Words words) {
            if (!House.ours(author.address())) {
                more.add(
                        "User-Agent",
                        author.tongue() == Tongue.DE ? "Mozilla Thunderbird" : "Postino 4." + chance.between(0, 9));
                return;
            }
            String topic = turns.isEmpty() ? subject : turns.getFirst().draft().subject();
            more.add("Thread-Topic", Head.encoded(topic, words));
            more.add("Thread-Index", Post.base64(Math.min(22 + 5 * turns.size(), 52), chance));
            more.add("Accept-Language", "it-IT, de-DE, en-US");
        }

        private String ownText(Tongue tongue, Party addressee, String body) {
            Words words = Words.of(tongue);
            boolean inside = House.ours(author.address()) && House.ours(addressee.address());
            boolean person = !addressee.last().isEmpty();
            String greeting = !person
                    ? switch (tongue) {
                        case DE -> "Hallo zusammen,";
                        case EN -> "Dear all,";
                        case FR -> "Bonjour à tous,";
                        case EL -> "Καλημέρα σε όλους,";
                        case JA -> "皆様";
                        case IT -> "Buongiorno a tutti,";
                    }
                    : chance.pick(words.section(inside ? "colleague" : "greet"));
            boolean ours = House.ours(author.address());
            List<String> paragraphs = new ArrayList<>();
            paragraphs.add(greeting);
            boolean small = BRIEF.contains(section);
            List<String> others = words.section(inside && words.has("imore") ? "imore" : ours ? "more" : "theirs");
            paragraphs.add(small ? body : body + blank(tongue) + fresh(others));
            if (!small && chance.oneIn(3)) {
                paragraphs.add(fresh(ours && !inside ? words.section("talk") : others));
            }
            paragraphs.add(chance.pick(words.section(inside && words.has("iclose") ? "iclose" : "close")));
            StringBuilder text = new StringBuilder();
            for (String paragraph : paragraphs) {
                text.append(wrapped(facts.fill(paragraph, tongue, addressee), tongue))
                        .append("\n\n");
            }
            Party writer = assistant.orElse(author);
            if (inside) {
                return text.append(writer.first()).append('\n').toString();
            }
            text.append(writer.name()).append('\n');
            if (!author.firm().equals(writer.name())) {
                text.append(author.firm()).append('\n');
            }
            if (ours) {
                text.append("Corso Porta Nuova 96, Verona\n");
            }
            return text.toString();
        }

        private static String blank(Tongue tongue) {
            return tongue == Tongue.JA ? "" : " ";
        }

        private String quotation(Tongue tongue) {
            if (turns.isEmpty() || asMail) {
                return "";
            }
            Turn last = turns.getLast();
            Draft before = last.draft();
            StringBuilder text = new StringBuilder("\n");
            if (forward) {
                text.append(tongue.forwardedLine())
                        .append("\nFrom: ")
                        .append(before.from().name())
                        .append(" <")
                        .append(before.from().address())
                        .append(">\nDate: ")
                        .append(OfficeTime.rfc5322(before.said(), before.zone()))
                        .append("\nSubject: ")
                        .append(before.subject())
                        .append("\n\n")
                        .append(last.text());
                return text.toString();
            }
            text.append(tongue.attribution(before.said(), before.from().name())).append('\n');
            last.text()
                    .lines()
                    .limit(QUOTED_LINES)
                    .forEach(line -> text.append(line.startsWith(">") ? ">" : "> ")
                            .append(line)
                            .append('\n'));
            return text.toString().replace("> \n", ">\n");
        }

        private Part body(Tongue tongue, String own, String text, Tongue.Setting setting) {
            boolean html = chance.oneIn(2);
            Part readable = new Part.Text("plain", text, setting.charset(), setting.transfer());
            if (html || calendar.isPresent()) {
                List<Part> alternatives = new ArrayList<>();
                alternatives.add(readable);
                alternatives.add(new Part.Text(
                        "html",
                        htmlOf(tongue, own, text.substring(own.length()), setting),
                        setting.charset(),
                        setting.transfer()));
                calendar.ifPresent(object -> alternatives.add(new Part.Text(
                        "calendar; method=" + (object.contains("METHOD:REPLY") ? "REPLY" : "REQUEST"),
                        object,
                        StandardCharsets.UTF_8,
                        Transfer.BASE64)));
                readable = new Part.Multi("alternative", boundary("alt"), alternatives);
            }
            if (files.isEmpty()) {
                return readable;
            }
            List<Part> parts = new ArrayList<>();
            parts.add(readable);
            files.forEach(f -> parts.add(Part.File.attached(f)));
            return new Part.Multi("mixed", boundary("mix"), parts);
        }

        private String boundary(String kind) {
            return House.ours(author.address())
                    ? "_00" + chance.between(1, 9) + "_" + chance.upperHex(24) + kind + "_"
                    : "----=_" + kind + "_" + chance.hex(20);
        }

        private static String htmlOf(Tongue tongue, String own, String quoted, Tongue.Setting setting) {
            // says the charset a second time, as mail programs do; a text it cannot hold goes out in UTF-8 (Part.Text)
            boolean fits = setting.charset().newEncoder().canEncode(own + quoted);
            String charset = (fits ? setting.charset().name() : "UTF-8").toLowerCase(Locale.ROOT);
            StringBuilder out =
                    new StringBuilder("<html lang=\"" + tongue.name().toLowerCase(Locale.ROOT)
                            + "\"><head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=" + charset
                            + "\">\n</head>\n<body style=\"font-family: Calibri, sans-serif; font-size: 11pt\">\n");
            paragraphs(out, own);
            if (!quoted.isBlank()) {
                out.append("<blockquote style=\"border-left: 2px solid #7a8ca0; padding-left: 8px\">\n");
                paragraphs(out, quoted.replaceAll("(?m)^> ?", ""));
                out.append("</blockquote>\n");
            }
            return out.append("</body></html>\n").toString();
        }

        private static void paragraphs(StringBuilder out, String text) {
            for (String paragraph : text.strip().split("\n\n", -1)) {
                out.append("<p>")
                        .append(Enclosures.xml(paragraph.strip()).replace("\n", "<br>\n"))
                        .append("</p>\n");
            }
        }
    }

    /// A sentence that this conversation does not have yet, while there is one.
    private String fresh(List<String> sentences) {
        List<String> left = sentences.stream().filter(s -> !written.contains(s)).toList();
        String drawn = chance.pick(left.isEmpty() ? sentences : left);
        written.add(drawn);
        return drawn;
    }

    /// Lines of a bearable length; Japanese has no blanks to break at.
    static String wrapped(String paragraph, Tongue tongue) {
        if (tongue == Tongue.JA) {
            return paragraph.replaceAll("。(?=.)", "。\n"); // never inside a number, where it could not be found
        }
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (String word : paragraph.split(" ", -1)) {
            if (column > 0 && column + 1 + word.length() > WRAP_AT) {
                out.append('\n');
                column = 0;
            } else if (column > 0) {
                out.append(' ');
                column++;
            }
            out.append(word);
            column += word.length();
        }
        return out.toString();
    }
}
