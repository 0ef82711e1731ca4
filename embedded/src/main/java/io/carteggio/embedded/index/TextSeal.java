package io.carteggio.embedded.index;

import com.github.luben.zstd.Zstd;
import io.carteggio.archive.search.AttachedTexts;
import io.carteggio.archive.search.AttachedTexts.Lack;
import io.carteggio.archive.vault.Key;
import io.carteggio.mail.extract.Shortfall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/// What is in a letter's attachments as it lies in the index: compressed (zstd) and sealed (AES-256-GCM) under
/// a key of the archive's, bound to the letter. So a document that is made anew needs nobody to read the
/// attachments again, and whoever changes the words of attachments in the index without the key is found out by
/// `check`. Safe for many threads.
///
/// ```
/// u8 version  nonce (12)  sealed: u32 octets before compression, zstd of
///     reader  vint lacks, each: u8 code, name  text
/// ```
final class TextSeal {
    private static final byte VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int LEVEL = 3;

    /// More than any texts within their limits take.
    private static final int OPENED_BYTES_LIMIT = 3 * AttachedTexts.LETTER_CHARS + 1024 * 1024;

    private final Key key;
    private final SecureRandom random = new SecureRandom();

    /// Texts, and what the index keeps of them.
    record Sealed(AttachedTexts texts, BytesRef octets) {}

    TextSeal(Key key) {
        this.key = key;
    }

    Sealed seal(long letter, AttachedTexts texts) {
        byte[] plain = encode(texts);
        byte[] packed = Zstd.compress(plain, LEVEL);
        byte[] sized = ByteBuffer.allocate(Integer.BYTES + packed.length)
                .putInt(plain.length)
                .put(packed)
                .array();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, letter, nonce).doFinal(sized);
            byte[] octets = ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return new Sealed(texts, new BytesRef(octets));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-256-GCM", e);
        }
    }

    /// Empty where the octets were sealed for another letter, under another key, or are damaged: then nobody
    /// knows what is in the attachments, and they are read again.
    Optional<Sealed> open(long letter, BytesRef octets) {
        if (octets.length < 1 + NONCE_BYTES + TAG_BITS / 8 || octets.bytes[octets.offset] != VERSION) {
            return Optional.empty();
        }
        int at = octets.offset + 1;
        byte[] nonce = Arrays.copyOfRange(octets.bytes, at, at + NONCE_BYTES);
        try {
            byte[] sized = cipher(Cipher.DECRYPT_MODE, letter, nonce)
                    .doFinal(octets.bytes, at + NONCE_BYTES, octets.length - 1 - NONCE_BYTES);
            int length = ByteBuffer.wrap(sized).getInt();
            if (length < 0 || length > OPENED_BYTES_LIMIT) {
                return Optional.empty();
            }
            byte[] plain = new byte[length];
            long opened =
                    Zstd.decompressByteArray(plain, 0, length, sized, Integer.BYTES, sized.length - Integer.BYTES);
            return opened == length
                    ? Optional.of(new Sealed(decode(plain), BytesRef.deepCopyOf(octets)))
                    : Optional.empty();
        } catch (GeneralSecurityException | IOException | RuntimeException notOurs) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, long letter, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(
                ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(letter).array());
        return cipher;
    }

    private static byte[] encode(AttachedTexts texts) {
        ByteBuffersDataOutput out = ByteBuffersDataOutput.newResettableInstance();
        try {
            out.writeString(texts.reader());
            out.writeVInt(texts.lacks().size());
            for (Lack lack : texts.lacks()) {
                out.writeByte((byte) lack.why().code());
                out.writeString(lack.name());
            }
            out.writeString(texts.text());
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written", e);
        }
        return out.toArrayCopy();
    }

    private static AttachedTexts decode(byte[] octets) throws IOException {
        ByteArrayDataInput in = new ByteArrayDataInput(octets);
        String reader = in.readString();
        List<Lack> lacks = new ArrayList<>();
        for (int i = in.readVInt(); i > 0; i--) {
            Shortfall why = Shortfall.ofCode(in.readByte()).orElseThrow();
            lacks.add(new Lack(in.readString(), why));
        }
        return new AttachedTexts(reader, in.readString(), lacks);
    }
}
