package io.carteggio.mail.report;

import java.util.Locale;
import java.util.stream.Collectors;

/// Takes the lines out of a simple HTML page, for reports that a mailbox has converted (JOURNAL-FORMATS 2.7).
/// The result is parsed as an envelope, never shown.
final class Html {
    private static final int LONGEST_ENTITY = 10;

    private Html() {}

    static String text(String html) {
        StringBuilder text = new StringBuilder(html.length());
        int at = 0;
        while (at < html.length()) {
            char c = html.charAt(at);
            if (c == '<') {
                int close = html.indexOf('>', at);
                if (close < 0) {
                    break;
                }
                String tag = html.substring(at + 1, Math.min(close, at + 12)).toLowerCase(Locale.ROOT);
                if (breaksLine(tag.startsWith("/") ? tag.substring(1) : tag)) {
                    text.append('\n');
                }
                at = close + 1;
            } else if (c == '&') {
                at = entity(html, at, text);
            } else {
                text.append(c == '\r' || c == '\n' ? ' ' : c);
                at++;
            }
        }
        return text.toString().lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    private static boolean breaksLine(String tag) {
        int end = 0;
        while (end < tag.length() && Character.isLetter(tag.charAt(end))) {
            end++;
        }
        return switch (tag.substring(0, end)) {
            case "br", "p", "div", "tr" -> true;
            default -> false;
        };
    }

    private static int entity(String html, int at, StringBuilder text) {
        int semicolon = html.indexOf(';', at, Math.min(html.length(), at + LONGEST_ENTITY));
        if (semicolon < 0) {
            text.append('&');
            return at + 1;
        }
        String name = html.substring(at + 1, semicolon);
        String plain = switch (name) {
            case "lt" -> "<";
            case "gt" -> ">";
            case "amp" -> "&";
            case "quot" -> "\"";
            case "apos" -> "'";
            case "nbsp" -> " ";
            default -> numbered(name);
        };
        if (plain.isEmpty()) {
            text.append('&');
            return at + 1;
        }
        text.append(plain);
        return semicolon + 1;
    }

    private static String numbered(String name) {
        if (!name.startsWith("#")) {
            return "";
        }
        boolean hex = name.length() > 1 && (name.charAt(1) == 'x' || name.charAt(1) == 'X');
        try {
            int code = Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
            return Character.isValidCodePoint(code) && code >= ' ' ? Character.toString(code) : " ";
        } catch (NumberFormatException noNumber) {
            return "";
        }
    }
}
