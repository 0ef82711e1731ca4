package io.carteggio.server.web;

import io.carteggio.server.web.page.LetterView.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A letter's plain text cut into pieces for its page: quoted lines by depth, links.
///
/// @param cut whether the text was over the limit
record PlainText(List<Body.Block> blocks, boolean cut) {
    static final int LIMIT_CHARS = 300_000;
    static final int LINKS_LIMIT = 1_000;
    private static final int DEPTH_SHOWN = 4;

    /// Possessive, so that no text makes it slow.
    private static final Pattern LINK =
            Pattern.compile("https?://[^\\s<>\"'`\\p{Cntrl}]{1,2000}+", Pattern.CASE_INSENSITIVE);

    static PlainText of(String text) {
        boolean cut = text.length() > LIMIT_CHARS;
        String shown = cut ? text.substring(0, LIMIT_CHARS) : text;
        List<Body.Block> blocks = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        int depth = 0;
        int[] links = {0};
        for (String line : shown.stripTrailing().split("\\R", -1)) {
            int itsDepth = depth(line);
            if (itsDepth != depth && !block.isEmpty()) {
                blocks.add(block(depth, block, links));
            }
            depth = itsDepth;
            block.append(unquoted(line)).append('\n');
        }
        if (!block.isEmpty()) {
            blocks.add(block(depth, block, links));
        }
        return new PlainText(blocks, cut);
    }

    private static Body.Block block(int depth, StringBuilder block, int[] links) {
        Body.Block done = new Body.Block(Math.min(depth, DEPTH_SHOWN), pieces(block.toString(), links));
        block.setLength(0);
        return done;
    }

    /// How many `>` the line begins with (RFC 3676 4.5).
    private static int depth(String line) {
        int depth = 0;
        int i = 0;
        while (i < line.length() && (line.charAt(i) == '>' || (depth > 0 && line.charAt(i) == ' '))) {
            depth += line.charAt(i) == '>' ? 1 : 0;
            i++;
        }
        return depth;
    }

    private static String unquoted(String line) {
        int i = 0;
        boolean quoted = false;
        while (i < line.length() && (line.charAt(i) == '>' || (quoted && line.charAt(i) == ' '))) {
            quoted |= line.charAt(i) == '>';
            i++;
        }
        return quoted ? line.substring(i) : line;
    }

    private static List<Body.Piece> pieces(String text, int[] links) {
        List<Body.Piece> pieces = new ArrayList<>();
        Matcher link = LINK.matcher(text);
        int done = 0;
        while (links[0] < LINKS_LIMIT && link.find()) {
            int end = link.end();
            while (end > link.start() && ".,;:!?)]}".indexOf(text.charAt(end - 1)) >= 0) {
                end--;
            }
            String url = text.substring(link.start(), end);
            if (url.length() <= url.toLowerCase(Locale.ROOT).indexOf("//") + 2) {
                continue;
            }
            if (link.start() > done) {
                pieces.add(new Body.Piece(text.substring(done, link.start()), Optional.empty()));
            }
            pieces.add(new Body.Piece(url, Optional.of(url)));
            links[0]++;
            done = end;
        }
        pieces.add(new Body.Piece(text.substring(done), Optional.empty()));
        return pieces;
    }
}
