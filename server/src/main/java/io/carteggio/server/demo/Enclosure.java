package io.carteggio.server.demo;

import io.carteggio.mail.Sha256;

/// A file to be sent with a mail. The octets are never changed after this is made, so that the same file can go on in
/// a forward, octet for octet.
///
/// @param type its media type
@SuppressWarnings("ArrayRecordComponent") // never compared, never handed out of the package
record Enclosure(String name, String type, byte[] bytes) {
    DemoMail.Attachment asAttachment() {
        return new DemoMail.Attachment(name, type, bytes.length, Sha256.of(bytes));
    }

    Enclosure named(String other) {
        return new Enclosure(other, type, bytes);
    }
}
