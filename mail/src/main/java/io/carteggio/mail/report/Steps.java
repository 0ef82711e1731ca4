package io.carteggio.mail.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Collects what was seen of a mail and why it is taken for what it is, boundedly. Belongs to one thread.
final class Steps {
    private static final int MOST = 100;
    private static final int CHARACTERS = 300;
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cc}");

    private final List<String> list = new ArrayList<>();

    void add(String step) {
        if (list.size() < MOST) {
            String plain = CONTROLS.matcher(step).replaceAll(" "); // it may be shown on a terminal
            list.add(plain.length() <= CHARACTERS ? plain : plain.substring(0, CHARACTERS) + "…");
        }
    }

    List<String> list() {
        return List.copyOf(list);
    }
}
