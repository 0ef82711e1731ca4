package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How far a conversation has come.
///
/// @param helo the name the client gave, empty before EHLO and HELO
/// @param offeredTls whether STARTTLS was among what the last EHLO was offered
/// @param secured whether the conversation runs inside TLS
/// @param mail the mail that is on its way, empty between mails
/// @param commands how many commands counted since the start or the last kept mail
/// @param badCommands how many of them were wrong
/// @param unknownRecipients how many recipients were refused since then
public record State(
        Optional<String> helo,
        boolean offeredTls,
        boolean secured,
        Optional<Mail> mail,
        int commands,
        int badCommands,
        int unknownRecipients) {

    /// Nothing said yet.
    public static final State START = new State(Optional.empty(), false, false, Optional.empty(), 0, 0, 0);

    /// One mail transaction (RFC 5321 section 3.3).
    ///
    /// @param from empty for the null reverse path
    /// @param to the accepted recipients, each once
    /// @param tried how many RCPT commands there were
    /// @param body what has come of the mail itself
    public record Mail(Optional<Address> from, List<Address> to, int tried, Body body) {
        public Mail {
            to = List.copyOf(to);
        }

        boolean has(Address recipient) {
            String key = recipient.key();
            return to.stream().anyMatch(one -> one.key().equals(key));
        }

        Mail with(Address recipient) {
            List<Address> more = new ArrayList<>(to);
            more.add(recipient);
            return new Mail(from, more, tried, body);
        }

        Mail withBody(Body now) {
            return new Mail(from, to, tried, now);
        }

        Mail triedOnce() {
            return new Mail(from, to, tried + 1, body);
        }
    }

    /// What has come of the mail itself.
    public sealed interface Body {
        /// Neither DATA nor BDAT yet.
        record None() implements Body {}

        /// BDAT has begun and brought this many octets.
        record Chunks(long bytes) implements Body {}

        /// A chunk failed. Until RSET nothing more of this mail is taken (RFC 3030 section 2).
        record Spoiled() implements Body {}
    }

    State greeted(String name, boolean offered) {
        return new State(
                Optional.of(name), offered, secured, Optional.empty(), commands, badCommands, unknownRecipients);
    }

    /// After the TLS handshake the client must introduce itself anew (RFC 3207 section 4.2).
    State inTls() {
        return new State(Optional.empty(), false, true, Optional.empty(), commands, badCommands, unknownRecipients);
    }

    State with(Mail now) {
        return new State(helo, offeredTls, secured, Optional.of(now), commands, badCommands, unknownRecipients);
    }

    State betweenMails() {
        return new State(helo, offeredTls, secured, Optional.empty(), commands, badCommands, unknownRecipients);
    }

    /// A client that brought a mail has earned fresh patience.
    State afterKeptMail() {
        return new State(helo, offeredTls, secured, Optional.empty(), 0, 0, 0);
    }

    State counted() {
        return new State(helo, offeredTls, secured, mail, commands + 1, badCommands, unknownRecipients);
    }

    State withBadCommand() {
        return new State(helo, offeredTls, secured, mail, commands, badCommands + 1, unknownRecipients);
    }

    State withUnknownRecipient() {
        return new State(helo, offeredTls, secured, mail, commands, badCommands, unknownRecipients + 1);
    }
}
