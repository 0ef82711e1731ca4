package io.carteggio.mail.mime;

import io.carteggio.mail.mime.Letter.Note;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Signatures and encryption, recognised by what the parts claim to be; nothing is verified or decrypted.
record Secrets(boolean signed, boolean encrypted, Set<Note> found) {
    static Secrets of(Node root, Optional<String> text) {
        boolean signed = false;
        Set<Note> found = EnumSet.noneOf(Note.class);
        Deque<Node> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            Node node = open.pop();
            String type = node.type.value();
            switch (type) {
                case "multipart/signed",
                        "application/pgp-signature",
                        "application/pkcs7-signature",
                        "application/x-pkcs7-signature" -> signed = true;
                case "multipart/encrypted", "application/pgp-encrypted" -> found.add(Note.ENCRYPTED_PGP);
                case "application/x-microsoft-rpmsg-message" -> found.add(Note.PROTECTED_RIGHTS);
                case "application/pkcs7-mime", "application/x-pkcs7-mime" -> {
                    String kind = Node.lower(node.type.token("smime-type").orElse(""));
                    boolean opaque = kind.equals("signed-data")
                            || node.name()
                                    .filter(n -> Node.lower(n).endsWith(".p7s"))
                                    .isPresent();
                    signed |= opaque;
                    if (opaque) {
                        found.add(Note.OPAQUE_SIGNATURE);
                    } else if (!kind.equals("certs-only") && !kind.equals("compressed-data")) {
                        found.add(Note.ENCRYPTED_SMIME);
                    }
                }
                default -> {}
            }
            if (node.level == root.level) {
                node.children.forEach(open::push);
            }
        }
        if (text.isPresent()) {
            signed |= hasLine(text.get(), "-----BEGIN PGP SIGNED MESSAGE-----");
            if (hasLine(text.get(), "-----BEGIN PGP MESSAGE-----")) {
                found.add(Note.ENCRYPTED_PGP);
            }
        }
        boolean encrypted = found.contains(Note.ENCRYPTED_PGP)
                || found.contains(Note.ENCRYPTED_SMIME)
                || found.contains(Note.PROTECTED_RIGHTS);
        return new Secrets(signed, encrypted, found);
    }

    private static boolean hasLine(String text, String line) {
        for (int at = text.indexOf(line); at >= 0; at = text.indexOf(line, at + 1)) {
            if (at == 0 || text.charAt(at - 1) == '\n') {
                return true;
            }
        }
        return false;
    }

    void note(Set<Note> notes) {
        notes.addAll(found);
    }
}
