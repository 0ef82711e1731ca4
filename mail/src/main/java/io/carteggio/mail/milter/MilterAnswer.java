package io.carteggio.mail.milter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What the filter says, as octets for the wire.
public final class MilterAnswer {
    /// The version of the protocol that is spoken here.
    public static final int VERSION = 6;

    // What a mail system can leave out (SMFIP_… of Sendmail's mfdef.h).
    private static final int NO_HELO = 0x2;
    private static final int HEADER_WITHOUT_REPLY = 0x80;
    private static final int NO_UNKNOWN = 0x100;
    private static final int NO_DATA = 0x200;
    private static final int CONNECT_WITHOUT_REPLY = 0x1000;
    private static final int MAIL_WITHOUT_REPLY = 0x4000;
    private static final int RCPT_WITHOUT_REPLY = 0x8000;
    private static final int END_OF_HEADER_WITHOUT_REPLY = 0x40000;
    private static final int BODY_WITHOUT_REPLY = 0x80000;

    /// Blanks behind the colon of a field are passed on as they are: without it no field is what it was.
    private static final int LEADING_BLANKS = 0x100000;

    private static final int WANTED = NO_HELO
            | HEADER_WITHOUT_REPLY
            | NO_UNKNOWN
            | NO_DATA
            | CONNECT_WITHOUT_REPLY
            | MAIL_WITHOUT_REPLY
            | RCPT_WITHOUT_REPLY
            | END_OF_HEADER_WITHOUT_REPLY
            | BODY_WITHOUT_REPLY
            | LEADING_BLANKS;

    private MilterAnswer() {}

    /// What a filter wants that changes no mail and answers nothing but its end.
    ///
    /// @param offered [MilterCommand.Negotiate#steps]
    /// @return what of it the mail system can do
    public static int wanted(int offered) {
        return WANTED & offered;
    }

    /// Whether the mail system waits for an answer to this.
    public static boolean isAwaited(MilterCommand command, int agreed) {
        return switch (command) {
            case MilterCommand.Negotiate _, MilterCommand.EndOfBody _ -> true;
            case MilterCommand.Connect _ -> (agreed & CONNECT_WITHOUT_REPLY) == 0;
            case MilterCommand.MailFrom _ -> (agreed & MAIL_WITHOUT_REPLY) == 0;
            case MilterCommand.RcptTo _ -> (agreed & RCPT_WITHOUT_REPLY) == 0;
            case MilterCommand.Field _ -> (agreed & HEADER_WITHOUT_REPLY) == 0;
            case MilterCommand.EndOfHeader _ -> (agreed & END_OF_HEADER_WITHOUT_REPLY) == 0;
            case MilterCommand.Body _ -> (agreed & BODY_WITHOUT_REPLY) == 0;
            case MilterCommand.Helo _, MilterCommand.Data _, MilterCommand.Other _ -> true;
            case MilterCommand.Macros _,
                    MilterCommand.Abort _,
                    MilterCommand.Quit _,
                    MilterCommand.NextClient _,
                    MilterCommand.Broken _ -> false;
        };
    }

    /// Whether fields come as they are.
    public static boolean keepsLeadingBlanks(int agreed) {
        return (agreed & LEADING_BLANKS) != 0;
    }

    public static byte[] negotiated(int agreed) {
        return packet(
                'O',
                ByteBuffer.allocate(12).putInt(VERSION).putInt(0).putInt(agreed).array());
    }

    /// The mail may go on.
    public static byte[] goOn() {
        return packet('c', new byte[0]);
    }

    /// The mail is not taken now; whoever brings it tries again.
    ///
    /// @param text behind `451 4.3.0`
    public static byte[] later(String text) {
        String line = "451 4.3.0 " + text.replaceAll("[^ -$&-~]", "?"); // a percent sign is a format there
        return packet('y', (line + "\0").getBytes(StandardCharsets.US_ASCII));
    }

    /// It takes its time; the mail system waits on.
    public static byte[] working() {
        return packet('p', new byte[0]);
    }

    private static byte[] packet(char letter, byte[] data) {
        return ByteBuffer.allocate(Integer.BYTES + 1 + data.length)
                .putInt(1 + data.length)
                .put((byte) letter)
                .put(data)
                .array();
    }
}
