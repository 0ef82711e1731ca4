package io.carteggio.server.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.server.escrow.EscrowKey.About;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EscrowFileTest {
    private static final Instant UNTIL = Instant.parse("2049-01-01T00:00:00Z");

    @Test
    void aFileTellsWhoseItsKeysAreAndNothingElse() throws Exception {
        Sealing.Person anna = Sealing.person("anna@firm.example", UNTIL);
        List<EscrowKey> keys = EscrowFile.open(anna.pkcs12("secret words"), "secret words");
        assertThat(EscrowFile.about(keys))
                .containsExactly(new About(
                        Form.SMIME,
                        Certificates.fingerprint(anna.certificate()),
                        "anna <anna@firm.example>",
                        Optional.of(UNTIL)));
        assertThat(keys.toString()).doesNotContain("PrivateKey", "modulus", "secret");

        Sealing.PgpPerson pgp = Sealing.pgpPerson("Anna <anna@firm.example>");
        byte[] ring = pgp.keyring("secret words");
        List<EscrowKey> binary = EscrowFile.open(ring, "secret words");
        assertThat(EscrowFile.about(binary))
                .isEqualTo(EscrowFile.about(
                        EscrowFile.open(Sealing.armored(ring).getBytes(StandardCharsets.US_ASCII), "secret words")))
                .extracting(About::owner, About::until)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("Anna <anna@firm.example>", Optional.empty()));
    }

    @Test
    void anotherPasswordOpensNothing() throws Exception {
        byte[] pkcs12 = Sealing.person("anna@firm.example", UNTIL).pkcs12("secret words");
        byte[] ring = Sealing.pgpPerson("Anna").keyring("secret words");
        for (String wrong : List.of("", "secret", "Secret words")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EscrowFile.open(pkcs12, wrong))
                    .withMessageContaining("password");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> EscrowFile.open(ring, wrong))
                    .withMessageContaining("passphrase");
        }
    }

    @Test
    void whatIsNoFileOfKeysIsRefused() throws Exception {
        byte[] ring = Sealing.pgpPerson("Anna").keyring("x");
        byte[] pkcs12 = Sealing.person("anna@firm.example", UNTIL).pkcs12("x");
        Random random = new Random(1);
        List<byte[]> files = new java.util.ArrayList<>(List.of(
                new byte[0],
                new byte[] {0x30},
                "words".getBytes(StandardCharsets.US_ASCII),
                new byte[EscrowFile.SIZE_LIMIT_BYTES + 1],
                Arrays.copyOf(ring, ring.length / 2),
                Arrays.copyOf(pkcs12, pkcs12.length / 2)));
        for (int i = 0; i < 300; i++) {
            byte[] changed = (i % 2 == 0 ? ring : pkcs12).clone();
            for (int n = 0; n < 20; n++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            files.add(changed);
        }
        int refused = 0;
        for (byte[] file : files) {
            try {
                assertThat(EscrowFile.open(file, "x")).isNotEmpty();
            } catch (IllegalArgumentException e) {
                refused++;
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(refused).isGreaterThan(200);
    }
}
