package io.carteggio.server.command;

import io.carteggio.mail.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.Locale;

/// Journaling addresses that nobody can guess: what admits a mail is that its sender knows the address.
final class JournalAddress {
    private static final int CHARACTERS = 26; // of 32 kinds: 130 bits
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    private JournalAddress() {}

    static Address made(String domain) {
        StringBuilder local = new StringBuilder("journal-");
        for (int i = 0; i < CHARACTERS; i++) {
            local.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return new Address(local + "@" + domain);
    }

    /// What this host is called, where nobody said.
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
