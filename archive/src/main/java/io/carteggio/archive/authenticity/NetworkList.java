package io.carteggio.archive.authenticity;

import java.net.InetAddress;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The networks of somebody's mail system, as it publishes them, with the date of that.
///
/// @param date when it was published
/// @param origin where the list comes from, for people: `shipped`, or a file
public record NetworkList(LocalDate date, String origin, List<Network> networks) {
    /// No list has more lines.
    public static final int LINES = 10_000;

    public NetworkList {
        networks = List.copyOf(networks);
        if (networks.isEmpty()) {
            throw new IllegalArgumentException("the list names no network: nobody could deliver");
        }
    }

    /// Reads a list: a line `date 2026-08-14`, and a network in each other line. Blank lines, and what stands
    /// behind a `#`, are for people.
    ///
    /// @throws IllegalArgumentException where something else stands there, naming the line
    public static NetworkList parse(String text, String origin) {
        Optional<LocalDate> date = Optional.empty();
        List<Network> networks = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().limit(LINES + 1L).toList()) {
            if (++number > LINES) {
                throw new IllegalArgumentException("a list has at most " + LINES + " lines");
            }
            int comment = line.indexOf('#');
            String said = (comment < 0 ? line : line.substring(0, comment)).strip();
            try {
                if (said.startsWith("date ")) {
                    if (date.isPresent()) {
                        throw new IllegalArgumentException("a second date");
                    }
                    date = Optional.of(
                            LocalDate.parse(said.substring("date ".length()).strip()));
                } else if (!said.isEmpty()) {
                    networks.add(Network.parse(said));
                }
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("line " + number + ": a date is such as 2026-08-14", e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
        }
        return new NetworkList(
                date.orElseThrow(() -> new IllegalArgumentException("the list has no line such as 'date 2026-08-14'")),
                origin,
                networks);
    }

    boolean holds(InetAddress address) {
        return networks.stream().anyMatch(network -> network.holds(address));
    }
}
