package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// The server's side of SMTP as a function: [#open], then [#on] for each line, and the `after…` of the action
/// asked for.
///
/// RFC 5321 with SIZE (1870), 8BITMIME (6152), SMTPUTF8 (6531), PIPELINING (2920), ENHANCEDSTATUSCODES (2034),
/// CHUNKING (3030) and STARTTLS (3207). BINARYMIME is not offered, so that senders keep mail line-based, although
/// BDAT takes any octets. There is no relaying by construction: a recipient that is not known is refused.
///
/// Replies never repeat what the client sent. Immutable; safe for many threads if `admission` is.
public final class Dialog {
    private final Rules rules;
    private final Function<Address, Admission> admission;

    /// @param admission whether mail for this address is taken here; asked once per RCPT
    public Dialog(Rules rules, Function<Address, Admission> admission) {
        this.rules = rules;
        this.admission = admission;
    }

    /// The greeting of a new connection.
    public Step open() {
        return new Step(State.START, new Reply(220, "", rules.hostname() + " ESMTP Carteggio"), new Action.Listen());
    }

    /// The answer to a line.
    public Step on(State state, Line line) {
        return switch (line) {
            case Line.Text(String text) -> onCommand(state, Command.parse(text));
            case Line.Garbled(String why) -> bad(state.counted(), new Reply(500, "5.5.2", why));
            case Line.TooLong() -> bad(state.counted(), new Reply(500, "5.5.2", "Line too long"));
            case Line.Broken(String why) -> Step.close(state, 500, "5.5.2", why);
        };
    }

    private Step onCommand(State before, Command command) {
        // RCPT and BDAT of a running mail have bounds of their own: a mail may have many of either
        boolean partOfMail = before.mail().isPresent()
                && (command instanceof Command.Rcpt
                        || (command instanceof Command.Bdat
                                && !(before.mail().get().body() instanceof State.Body.Spoiled)));
        State state = partOfMail ? before : before.counted();
        if (state.commands() > rules.maxCommands() && !(command instanceof Command.Quit)) {
            return Step.close(state, 421, "4.7.0", "Too many commands without a mail");
        }
        return switch (command) {
            case Command.Ehlo(String name) ->
                new Step(state.greeted(name, offersTls(state)), new Reply(250, "", offers(state)), new Action.Listen());
            case Command.Helo(String name) ->
                new Step(state.greeted(name, false), new Reply(250, "", rules.hostname()), new Action.Listen());
            case Command.Mail mail -> onMail(state, mail);
            case Command.Rcpt(Address to) -> onRcpt(state, to);
            case Command.Data() -> onData(state);
            case Command.Bdat bdat -> onBdat(state, bdat);
            case Command.StartTls() -> onStartTls(state);
            case Command.Rset() -> Step.listen(state.betweenMails(), 250, "2.0.0", "OK");
            case Command.Noop() -> Step.listen(state, 250, "2.0.0", "OK");
            case Command.Vrfy() -> Step.listen(state, 252, "2.5.0", "Send mail and see");
            case Command.Help() -> Step.listen(state, 214, "2.0.0", "Carteggio takes journal reports, see RFC 5321");
            case Command.Quit() -> Step.close(state.betweenMails(), 221, "2.0.0", "Bye");
            case Command.Wrong(Reply why) -> bad(state, why);
            case Command.Fatal(Reply why) -> new Step(state, why, new Action.Close());
        };
    }

    private List<String> offers(State state) {
        List<String> offers = new ArrayList<>(List.of(
                rules.hostname(),
                "SIZE " + rules.maxMailBytes(),
                "8BITMIME",
                "CHUNKING",
                "SMTPUTF8",
                "PIPELINING",
                "ENHANCEDSTATUSCODES"));
        if (offersTls(state)) {
            offers.add("STARTTLS");
        }
        return offers;
    }

    private boolean offersTls(State state) {
        return rules.startTls() && !state.secured();
    }

    private Step onMail(State state, Command.Mail mail) {
        if (state.helo().isEmpty()) {
            return outOfOrder(state, "EHLO first");
        }
        if (state.mail().isPresent()) {
            return outOfOrder(state, "One mail at a time");
        }
        if (mail.size().orElse(0) > rules.maxMailBytes()) {
            return Step.listen(state, 552, "5.3.4", tooLarge())
                    .refusing(Step.Refused.forSize(
                            mail.from(), List.of(), mail.size().getAsLong()));
        }
        State.Mail begun = new State.Mail(mail.from(), List.of(), 0, new State.Body.None());
        return Step.listen(state.with(begun), 250, "2.1.0", "OK");
    }

    private Step onRcpt(State before, Address to) {
        if (before.mail().isEmpty()) {
            return outOfOrder(before, "MAIL first");
        }
        State.Mail mail = before.mail().get().triedOnce();
        State state = before.with(mail);
        if (!(mail.body() instanceof State.Body.None)) {
            return outOfOrder(state, "The mail has begun");
        }
        if (mail.tried() > 100 * rules.maxRecipients()) {
            return Step.close(state, 421, "4.7.0", "Too many recipients");
        }
        if (mail.has(to)) {
            return Step.listen(state, 250, "2.1.5", "OK");
        }
        return switch (admission.apply(to)) {
            case UNKNOWN -> {
                State warned = state.withUnknownRecipient();
                yield warned.unknownRecipients() > rules.maxUnknownRecipients()
                        ? Step.close(warned, 421, "4.7.0", "Too many unknown recipients")
                        : Step.listen(warned, 550, "5.1.1", "No such journaling mailbox");
            }
            case TAKEN_OVER_TLS ->
                state.offeredTls() && !state.secured()
                        ? Step.listen(state, 530, "5.7.0", "Must issue a STARTTLS command first") // RFC 3207 section 4
                                .refusing(Step.Refused.inTheClear(mail.from(), to))
                        : taken(state, mail, to);
            case TAKEN -> taken(state, mail, to);
        };
    }

    private Step taken(State state, State.Mail mail, Address to) {
        return mail.to().size() == rules.maxRecipients()
                ? Step.listen(state, 452, "4.5.3", "Too many recipients, send the others in another mail")
                : Step.listen(state.with(mail.with(to)), 250, "2.1.5", "OK");
    }

    private Step onData(State state) {
        if (state.mail().isEmpty()) {
            return outOfOrder(state, "MAIL first");
        }
        State.Mail mail = state.mail().get();
        if (!(mail.body() instanceof State.Body.None)) {
            return outOfOrder(state, "DATA and BDAT do not mix"); // RFC 3030 section 2
        }
        if (mail.to().isEmpty()) {
            return bad(state, new Reply(554, "5.5.1", "No valid recipients"));
        }
        return new Step(
                state, new Reply(354, "", "End with <CRLF>.<CRLF>"), new Action.ReceiveData(rules.maxMailBytes()));
    }

    /// The octets of a chunk come whatever we think of it, so they are read before the answer (RFC 3030 section
    /// 2).
    private Step onBdat(State state, Command.Bdat chunk) {
        long had = switch (state.mail().map(State.Mail::body).orElse(new State.Body.Spoiled())) {
            case State.Body.None() -> 0;
            case State.Body.Chunks(long bytes) -> bytes;
            case State.Body.Spoiled() -> -1;
        };
        if (had < 0 || state.mail().orElseThrow().to().isEmpty()) {
            String why = state.mail().isEmpty() ? "MAIL first" : had < 0 ? "RSET first" : "No valid recipients";
            return swallow(state, chunk, new Reply(503, "5.5.1", why));
        }
        State.Mail mail = state.mail().orElseThrow();
        if (chunk.size() > rules.maxMailBytes() - had) {
            long bytes = chunk.size() > Long.MAX_VALUE - had ? Long.MAX_VALUE : had + chunk.size();
            return swallow(spoiled(state, chunk.last()), chunk, new Reply(552, "5.3.4", tooLarge()))
                    .refusing(Step.Refused.forSize(mail.from(), mail.to(), bytes));
        }
        return new Step(
                state.with(mail.withBody(new State.Body.Chunks(had + chunk.size()))),
                Optional.empty(),
                new Action.ReceiveChunk(chunk.size(), chunk.last()),
                Optional.empty());
    }

    private Step swallow(State state, Command.Bdat chunk, Reply then) {
        return new Step(
                state,
                then,
                chunk.size() > rules.maxSwallowBytes() ? new Action.Close() : new Action.SwallowChunk(chunk.size()));
    }

    private Step onStartTls(State state) {
        if (!rules.startTls()) {
            return bad(state, new Reply(502, "5.5.1", "STARTTLS is not offered"));
        }
        if (state.secured()) {
            return outOfOrder(state, "TLS is on already");
        }
        return new Step(state.betweenMails(), new Reply(220, "2.0.0", "Go ahead"), new Action.StartTls());
    }

    /// The handshake succeeded: wait for EHLO. Nothing said before counts (RFC 3207 section 4.2).
    public State afterHandshake(State state) {
        return state.inTls();
    }

    /// OctetSearch came in the clear behind STARTTLS: someone in the middle may have put them there (CVE-2011-0411).
    public Step afterInjection(State state) {
        return Step.close(state, 554, "5.5.1", "Nothing may follow STARTTLS");
    }

    /// A mail sent by DATA has come to its end, or could not be begun.
    public Step afterData(State state, Transfer transfer) {
        return after(state, transfer, true);
    }

    /// A chunk was read.
    public Step afterChunk(State state, Action.ReceiveChunk chunk, Transfer transfer) {
        return after(state, transfer, chunk.last());
    }

    private Step after(State state, Transfer transfer, boolean wholeMail) {
        State.Mail mail = state.mail().orElseThrow();
        return switch (transfer) {
            case Transfer.Taken() -> Step.listen(state, 250, "2.0.0", "Chunk taken");
            case Transfer.Kept(String id) ->
                Step.listen(state.afterKeptMail(), 250, "2.0.0", "Kept as " + printable(id));
            case Transfer.TooLarge(long bytes) ->
                Step.listen(spoiled(state, wholeMail), 552, "5.3.4", tooLarge())
                        .refusing(Step.Refused.forSize(mail.from(), mail.to(), bytes));
            case Transfer.Endless(long bytes) ->
                Step.close(state.betweenMails(), 552, "5.3.4", tooLarge())
                        .refusing(Step.Refused.forSize(mail.from(), mail.to(), bytes));
            case Transfer.Failed(Transfer.Trouble trouble) -> {
                State failed = spoiled(state, wholeMail);
                yield switch (trouble) {
                    case LATER -> Step.listen(failed, 451, "4.3.0", "Cannot keep the mail now, try again later");
                    case FULL -> Step.listen(failed, 451, "4.3.1", "No room to keep the mail, try again later");
                    case STOPPING -> Step.close(failed, 421, "4.3.2", "Stopping, try again later");
                };
            }
        };
    }

    private static String printable(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) < ' ' || id.charAt(i) >= 0x7f) {
                return id.replaceAll("[^ -~]", "_");
            }
        }
        return id;
    }

    private static State spoiled(State state, boolean wholeMail) {
        return wholeMail
                ? state.betweenMails()
                : state.with(state.mail().orElseThrow().withBody(new State.Body.Spoiled()));
    }

    private Step outOfOrder(State state, String why) {
        return bad(state, new Reply(503, "5.5.1", why));
    }

    private Step bad(State state, Reply why) {
        State warned = state.withBadCommand();
        return warned.badCommands() > rules.maxBadCommands()
                ? Step.close(warned, 421, "4.7.0", "Too many bad commands")
                : new Step(warned, why, new Action.Listen());
    }

    private String tooLarge() {
        return String.format(Locale.ROOT, "Mail is larger than %d octets", rules.maxMailBytes());
    }
}
