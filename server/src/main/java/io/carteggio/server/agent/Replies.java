package io.carteggio.server.agent;

import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Answer.Later;
import io.carteggio.server.agent.HandOver.Answer.Never;
import io.carteggio.server.agent.HandOver.Cause;
import java.util.Optional;

/// What a mail server's refusal says: something of this report alone, or of all that go to its mailbox. It depends on
/// what was refused (RFC 5321), and on the enhanced status code where there is one (RFC 3463), which is the more exact.
///
/// Wrong either way costs something, but never a report: one that is taken for the mailbox's trouble holds up others
/// until the next of them is tried; one that is taken for the report's own goes to the alternate mailbox alone.
final class Replies {
    /// What was refused.
    enum Step {
        MAIL,
        RECIPIENT,
        /// The mail itself, or the wish to send it.
        CONTENT
    }

    private enum About {
        REPORT,
        ADDRESS,
        SERVER
    }

    private Replies() {}

    /// What becomes of a report.
    ///
    /// @param reply of class 4 or 5
    /// @param sized whether the server was told at MAIL how large the mail is (RFC 1870)
    static Answer meaning(Step step, Reply reply, boolean sized, Optional<String> remote) {
        boolean forGood = reply.code() / 100 == 5;
        String said = reply.toString();
        return switch (about(step, reply, sized)) {
            case REPORT -> forGood ? new Never(reply, remote) : new Later(Cause.REPORT, said, remote);
            case ADDRESS -> new Later(forGood ? Cause.REFUSED : Cause.UNREACHABLE, said, remote);
            case SERVER -> new Later(Cause.UNREACHABLE, said, remote);
        };
    }

    private static About about(Step step, Reply reply, boolean sized) {
        About usual = switch (step) {
            case MAIL -> About.SERVER;
            case RECIPIENT -> About.ADDRESS;
            case CONTENT -> About.REPORT;
        };
        if (reply.code() == 421) {
            return About.SERVER; // it ends the connection, whatever it was asked (RFC 5321, 3.8)
        }
        if (reply.status().isEmpty()) {
            return switch (reply.code()) {
                case 552 -> withoutRoom(step, sized);
                case 521 -> About.SERVER; // it takes no mail at all (RFC 7504)
                default -> usual;
            };
        }
        String[] status = reply.status().split("\\.", -1);
        return switch (status[1] + "." + status[2]) {
            case "2.3", "3.4" -> About.REPORT; // longer than this mailbox, or this server, takes
            case "6.7" -> usual; // the addresses are not in ASCII, and are the same in each report
            case "7.101" ->
                step == Step.MAIL ? usual : About.ADDRESS; // Exchange: reports from us are not welcome there
            default ->
                switch (status[1]) {
                    case "6" -> About.REPORT; // its form or its encoding
                    case "1", "2" -> step == Step.CONTENT ? About.ADDRESS : usual; // no such mailbox, or it is full
                    case "3", "4" -> step == Step.CONTENT ? About.SERVER : usual; // its disk, its network
                    default -> usual; // protocol and policy
                };
        };
    }

    /// A bare 552 is a mail that is too large (RFC 1870, 6), or a mailbox that is full (RFC 5321, 4.2.3: "exceeded
    /// storage allocation"). A server that knows the size says the one at MAIL, so later on it means the other; the
    /// size of a mail that was not announced is known behind it alone.
    private static About withoutRoom(Step step, boolean sized) {
        return switch (step) {
            case MAIL -> sized ? About.REPORT : About.SERVER;
            case RECIPIENT -> About.ADDRESS;
            case CONTENT -> sized ? About.ADDRESS : About.REPORT;
        };
    }
}
