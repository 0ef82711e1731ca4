package io.carteggio.server.escrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.escrow.Sealing.Person;
import io.carteggio.server.escrow.Sealing.PgpPerson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;

/// Any octets, read as a mail, as CMS, as OpenPGP, and as what was encrypted to a key that is held. Called by
/// Jazzer in `./check --long`.
public final class DecrypterFuzz {
    private static final ClearMark MARK = new ClearMark(new SecretKeySpec(new byte[32], "AES"));

    private static final Held HELD = held();

    private record Held(Person person, PgpPerson pgp, Decrypter decrypter) {}

    private DecrypterFuzz() {}

    private static Held held() {
        try {
            Person person = Sealing.person("anna@firm.example", Instant.parse("2049-01-01T00:00:00Z"));
            PgpPerson pgp = Sealing.pgpPerson("Anna <anna@firm.example>");
            List<EscrowKey> keys = new ArrayList<>(EscrowFile.open(person.pkcs12("x"), "x"));
            keys.addAll(EscrowFile.open(pgp.keyring("x"), "x"));
            return new Held(person, pgp, new Decrypter(keys, MARK, new Bounded(4 << 20, 2 << 20)));
        } catch (Exception e) {
            throw new IllegalStateException("keys cannot be made", e);
        }
    }

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws Exception {
        read(Content.of(octets));
        read(Sealing.smime(octets));
        read(Sealing.pgp(octets));
        read(Sealing.smime(Sealing.enveloped(octets, HELD.person())));
        read(Sealing.smime(Sealing.enveloped(Sealing.octets(Sealing.cms("signed-data", octets)), HELD.person())));
        read(Sealing.pgp(Sealing.encrypted(
                octets, Sealing.Integrity.MDC, HELD.pgp().pair().getPublicKey())));
    }

    /// Whatever the octets are: an answer, soon; of a clear copy the account is what was told.
    private static void read(Content mail) throws Exception {
        switch (HELD.decrypter().decrypt(mail)) {
            case Decryption.Clear(Content copy, Decryption.Account account) -> {
                assertThat(ClearCopy.read(copy, MARK))
                        .map(Decryption.Account::form)
                        .contains(account.form());
                assertThat(ClearCopy.read(copy, MARK).orElseThrow().signatures())
                        .hasSameSizeAs(account.signatures());
            }
            case Decryption.Refused refused -> assertThat(refused.detail()).isNotBlank();
            case Decryption.LeftAlone _, Decryption.NotEncrypted _ -> {}
        }
    }
}
