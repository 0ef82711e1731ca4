package io.carteggio.server.smtp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The MX records of a domain. Pure.
final class MxRecords {
    private static final Pattern RECORD = Pattern.compile("([0-9]{1,5}) +(\\S+?)\\.?");

    private MxRecords() {}

    private record Exchanger(int preference, String host) {}

    /// Their hosts in the order in which they are tried (RFC 5321, 5.1); those of equal preference as they came,
    /// for the name service takes turns. A record of the root is none: by it a domain says that it takes no mail
    /// (RFC 7505).
    ///
    /// @param records each a preference and a name; others are left out
    static List<String> hosts(List<String> records) {
        List<Exchanger> exchangers = new ArrayList<>();
        for (String one : records) {
            Matcher matcher = RECORD.matcher(one);
            if (matcher.matches() && !matcher.group(2).equals(".")) {
                exchangers.add(new Exchanger(Integer.parseInt(matcher.group(1)), matcher.group(2)));
            }
        }
        exchangers.sort(Comparator.comparingInt(Exchanger::preference));
        return exchangers.stream().map(Exchanger::host).toList();
    }
}
