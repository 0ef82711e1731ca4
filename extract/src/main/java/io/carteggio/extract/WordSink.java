package io.carteggio.extract;

import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/// Collects the words that parsers find, up to a limit, at which it stops them. Belongs to one thread.
final class WordSink extends DefaultHandler {
    /// The limit is reached. Parsers may wrap it, or even swallow it: [WordSink#full] counts.
    static final class FullException extends SAXException {
        private static final long serialVersionUID = 1;

        FullException() {
            super("enough");
        }
    }

    private final StringBuilder words = new StringBuilder();
    private final int limitChars;
    private boolean full;

    WordSink(int limitChars) {
        this.limitChars = limitChars;
    }

    /// Runs of blanks, of which tables are full, count once.
    @Override
    public void characters(char[] chars, int start, int length) throws SAXException {
        for (int i = start; i < start + length; i++) {
            boolean blank = Character.isWhitespace(chars[i]) || chars[i] == 0;
            if (blank && endsBlank()) {
                continue;
            }
            if (words.length() >= limitChars) {
                full = true;
                throw new FullException();
            }
            words.append(!blank ? chars[i] : chars[i] == '\n' ? '\n' : ' ');
        }
    }

    private boolean endsBlank() {
        return words.isEmpty() || Character.isWhitespace(words.charAt(words.length() - 1));
    }

    @Override
    public void ignorableWhitespace(char[] chars, int start, int length) throws SAXException {
        characters(chars, start, length);
    }

    /// Between two documents: their words do not run into each other.
    void part() {
        if (!endsBlank() && words.length() < limitChars) {
            words.append('\n');
        }
    }

    boolean full() {
        return full;
    }

    int length() {
        return words.length();
    }

    boolean isBlankFrom(int start) {
        for (int i = start; i < words.length(); i++) {
            if (!Character.isWhitespace(words.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /// What was collected; half characters are blanks, since the answer must be UTF-8.
    String words() {
        StringBuilder whole = new StringBuilder(words);
        for (int i = 0; i < whole.length(); i++) {
            char c = whole.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < whole.length()
                    && Character.isLowSurrogate(whole.charAt(i + 1));
            if (pair) {
                i++;
            } else {
                whole.setCharAt(i, ' ');
            }
        }
        return whole.toString();
    }
}
