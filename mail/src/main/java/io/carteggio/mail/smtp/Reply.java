package io.carteggio.mail.smtp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a server answers: a code (RFC 5321 section 4.2), an enhanced status code (RFC 3463, RFC 2034) and text.
///
/// @param status such as `2.1.0`; empty where RFC 2034 wants none: greeting, EHLO, HELO and 3xx
/// @param lines at least one, of printable characters; the status is repeated on each as RFC 2034 section 4 asks
public record Reply(int code, String status, List<String> lines) {
    public Reply {
        lines = List.copyOf(lines);
        if (code < 200 || code > 599 || lines.isEmpty()) {
            throw new IllegalArgumentException("reply " + code + " of " + lines.size() + " lines");
        }
        for (String line : lines) {
            for (int i = 0; i < line.length(); i++) {
                if (line.charAt(i) < ' ' || line.charAt(i) == 0x7f) {
                    throw new IllegalArgumentException("control character in a reply");
                }
            }
        }
    }

    public Reply(int code, String status, String text) {
        this(code, status, List.of(text));
    }

    /// 2xx or 3xx: go on.
    public boolean positive() {
        return code < 400;
    }

    /// 4xx: the same may succeed later.
    public boolean transientFailure() {
        return code >= 400 && code < 500;
    }

    /// The reply as it goes over the wire.
    public byte[] wire() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            all.append(code).append(i + 1 < lines.size() ? '-' : ' ');
            if (!status.isEmpty()) {
                all.append(status).append(' ');
            }
            all.append(lines.get(i)).append("\r\n");
        }
        return all.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Reads a reply from its lines (without CRLF), as a client gets them. Text is cleaned of control characters.
    ///
    /// @throws IllegalArgumentException where these lines are no reply
    public static Reply parse(List<String> wire) {
        int code = 0;
        String status = "";
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < wire.size(); i++) {
            String line = wire.get(i);
            boolean last = i + 1 == wire.size();
            // a last line may be the bare code: RFC 5321 section 4.2 asks clients to bear it
            if (line.length() < 3
                    || !line.substring(0, 3).chars().allMatch(c -> c >= '0' && c <= '9')
                    || (line.length() > 3 && line.charAt(3) != (last ? ' ' : '-'))) {
                throw new IllegalArgumentException("not a reply: " + line);
            }
            int here = Integer.parseInt(line.substring(0, 3));
            if (i > 0 && here != code) {
                throw new IllegalArgumentException("one reply with two codes: " + code + " and " + here);
            }
            code = here;
            String text = line.length() > 4 ? line.substring(4) : "";
            int digits = statusLength(text, code);
            if (digits > 0) {
                status = text.substring(0, digits);
                text = text.substring(digits).stripLeading();
            }
            texts.add(text.replaceAll("\\p{Cntrl}", " "));
        }
        return new Reply(code, status, texts);
    }

    /// The length of an enhanced status code at the start of the text, 0 where there is none.
    private static int statusLength(String text, int code) {
        int end = text.indexOf(' ') < 0 ? text.length() : text.indexOf(' ');
        String[] numbers = text.substring(0, end).split("\\.", -1);
        boolean is = numbers.length == 3
                && numbers[0].equals(Integer.toString(code / 100))
                && isShortNumber(numbers[1])
                && isShortNumber(numbers[2]);
        return is ? end : 0;
    }

    private static boolean isShortNumber(String s) {
        return !s.isEmpty() && s.length() <= 3 && s.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    @Override
    public String toString() {
        return code + (status.isEmpty() ? " " : " " + status + " ") + String.join(" | ", lines);
    }
}
