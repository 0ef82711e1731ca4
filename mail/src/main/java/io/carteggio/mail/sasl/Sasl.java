package io.carteggio.mail.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Initial responses, in base64 as they go over the wire. Whoever shows or logs one shows the secret in it.
public final class Sasl {
    /// What a client answers to the error that a server tells of a bearer token (RFC 7628, 3.2.3): one
    /// control-A.
    public static final String OAUTHBEARER_FAILED = "AQ==";

    private static final char SEPARATOR = 1;

    private Sasl() {}

    /// RFC 4616: who logs in is also who is meant.
    ///
    /// @throws IllegalArgumentException where user or password has a NUL, which would end it
    public static String plain(String user, String password) {
        if (user.indexOf('\0') >= 0 || password.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a user's name or password has a NUL");
        }
        return base64("\0" + user + "\0" + password);
    }

    /// The form that Microsoft and Google made before there was a standard.
    public static String xoauth2(String user, String token) {
        refuseSeparator(user, token);
        return base64("user=" + user + SEPARATOR + "auth=Bearer " + token + SEPARATOR + SEPARATOR);
    }

    /// RFC 7628.
    public static String oauthbearer(String user, String host, int port, String token) {
        refuseSeparator(user, token);
        String saslname = user.replace("=", "=3D").replace(",", "=2C"); // RFC 5801, 4
        return base64("n,a=" + saslname + "," + SEPARATOR + "host=" + host + SEPARATOR + "port=" + port + SEPARATOR
                + "auth=Bearer " + token + SEPARATOR + SEPARATOR);
    }

    private static void refuseSeparator(String user, String token) {
        if ((user + token).chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a user's name or token has a control character");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
