package io.carteggio.mail.smtp;

/// Takes octets; the array is only lent for the call.
@FunctionalInterface
public interface ByteSink {
    void take(byte[] octets, int offset, int length);
}
