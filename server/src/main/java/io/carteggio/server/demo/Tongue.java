package io.carteggio.server.demo;

import io.carteggio.server.demo.Part.Transfer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// A language that people in the demo write, with the habits of mail programs set to it.
enum Tongue {
    IT("Europe/Rome", "R: ", "I: ", "dd/MM/yyyy", "Il %s %s ha scritto:", "Messaggio inoltrato"),
    DE("Europe/Berlin", "AW: ", "WG: ", "dd.MM.yyyy", "Am %s schrieb %s:", "Weitergeleitete Nachricht"),
    FR("Europe/Paris", "RE: ", "TR: ", "dd/MM/yyyy", "Le %s, %s a écrit :", "Message transféré"),
    EL("Europe/Athens", "ΑΠ: ", "ΠΡΘ: ", "d/M/yyyy", "Στις %s, ο χρήστης %s έγραψε:", "Προωθημένο μήνυμα"),
    JA("Asia/Tokyo", "Re: ", "Fw: ", "yyyy年M月d日", "%s、%s のメール:", "転送メッセージ"),
    EN("Europe/Dublin", "RE: ", "FW: ", "d MMMM yyyy", "On %s, %s wrote:", "Forwarded message");

    private static final List<String> PREFIXES =
            List.of("R: ", "AW: ", "RE: ", "ΑΠ: ", "Re: ", "I: ", "WG: ", "TR: ", "ΠΡΘ: ", "Fw: ", "FW: ");

    private final String zone;
    private final String reply;
    private final String forward;
    private final String datePattern;
    private final String attribution;
    private final String forwarded;

    Tongue(String zone, String reply, String forward, String datePattern, String attribution, String forwarded) {
        this.zone = zone;
        this.reply = reply;
        this.forward = forward;
        this.datePattern = datePattern;
        this.attribution = attribution;
        this.forwarded = forwarded;
    }

    ZoneId zone() {
        return ZoneId.of(zone);
    }

    /// A day as it stands in a letter.
    String day(Instant when) {
        return DateTimeFormatter.ofPattern(datePattern, Locale.ENGLISH)
                .withZone(zone())
                .format(when);
    }

    String replyTo(String subject) {
        return reply + bare(subject);
    }

    String forwardOf(String subject) {
        return forward + bare(subject);
    }

    /// The line above a quotation.
    String attribution(Instant when, String author) {
        return String.format(Locale.ROOT, attribution, day(when), author);
    }

    /// The line above a mail that is passed on.
    String forwardedLine() {
        return "-------- " + forwarded + " --------";
    }

    /// The one before the colon of a quoted header would be translated, too; mail programs differ, so it stays English.
    private static String bare(String subject) {
        for (String prefix : PREFIXES) {
            if (subject.startsWith(prefix)) {
                return bare(subject.substring(prefix.length()));
            }
        }
        return subject;
    }

    /// How people who write this language have set up their programs, in the years of the demo.
    Setting setting(Chance chance) {
        return chance.pick(
                switch (this) {
                    case IT ->
                        List.of(
                                setting("utf-8", Transfer.QUOTED_PRINTABLE, true),
                                setting("utf-8", Transfer.BASE64, false),
                                setting("iso-8859-1", Transfer.QUOTED_PRINTABLE, true),
                                setting("windows-1252", Transfer.BARE, true));
                    case DE ->
                        List.of(
                                setting("utf-8", Transfer.BARE, true),
                                setting("iso-8859-1", Transfer.BARE, true),
                                setting("windows-1252", Transfer.QUOTED_PRINTABLE, false),
                                setting("utf-8", Transfer.QUOTED_PRINTABLE, false));
                    case FR ->
                        List.of(
                                setting("windows-1252", Transfer.QUOTED_PRINTABLE, true),
                                setting("windows-1252", Transfer.BARE, true),
                                setting("utf-8", Transfer.BASE64, true));
                    case EL ->
                        List.of(
                                setting("iso-8859-7", Transfer.BARE, false),
                                setting("iso-8859-7", Transfer.QUOTED_PRINTABLE, false),
                                setting("utf-8", Transfer.BASE64, false),
                                setting("iso-8859-7", Transfer.BASE64, true));
                    case JA ->
                        List.of(
                                setting("iso-2022-jp", Transfer.BARE, false),
                                setting("iso-2022-jp", Transfer.BARE, false),
                                setting("utf-8", Transfer.BASE64, false));
                    case EN ->
                        List.of(
                                setting("utf-8", Transfer.BARE, true),
                                setting("windows-1252", Transfer.QUOTED_PRINTABLE, true));
                });
    }

    private static Setting setting(String charset, Transfer transfer, boolean q) {
        return new Setting(Charset.forName(charset), transfer, q);
    }

    /// @param q whether encoded words are written in the Q encoding
    record Setting(Charset charset, Transfer transfer, boolean q) {
        Head.Words words() {
            return new Head.Words(charset, q);
        }
    }
}
