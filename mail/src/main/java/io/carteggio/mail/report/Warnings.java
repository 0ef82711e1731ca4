package io.carteggio.mail.report;

import java.util.ArrayList;
import java.util.List;

/// Collects warnings, boundedly.
final class Warnings {
    private static final int MOST = 100;

    private final List<Warning> list = new ArrayList<>();
    private int dropped;

    void add(Warning.Code code, String detail) {
        if (list.size() < MOST) {
            list.add(new Warning(code, detail));
        } else {
            dropped++;
        }
    }

    List<Warning> list() {
        List<Warning> all = new ArrayList<>(list);
        if (dropped > 0) {
            all.add(new Warning(Warning.Code.MORE, dropped + " more"));
        }
        return List.copyOf(all);
    }
}
