package io.carteggio.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Checkpoint;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.server.ledger.TimestampReply.Reading;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against the time-stamp authority of OpenSSL.
@Tag("peers")
class TimestampTest {
    private static final SignerKey KEY = SignerKey.ofArchive(new byte[16], new byte[32]);
    private static final SignedCheckpoint CHECKPOINT =
            KEY.sign(new Checkpoint(KEY.verifier().name(), 42, TreeHash.EMPTY));
    private static final String TIME_STAMPING = "critical,timeStamping";

    @TempDir
    Path directory;

    @TempDir
    Path another;

    @Test
    void aCheckpointIsStampedAndAnybodyCanCheckTheStamp() throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(directory, TIME_STAMPING)) {
            byte[] reply = new TimestampAuthority(openssl.url(), openssl.root()).stamp(CHECKPOINT.bytes());
            Reading.Stamped read = (Reading.Stamped) TimestampReply.read(reply, CHECKPOINT.bytes(), openssl.root());
            assertThat(read.at())
                    .isBetween(
                            Instant.now().minus(Duration.ofMinutes(5)),
                            Instant.now().plusSeconds(5));
            assertThat(read.authority()).isEqualTo("CN=Stamps");
            assertThat(read.trusted()).isTrue();

            TimestampFiles files = new TimestampFiles(new RealDisk(), directory);
            assertThat(files.covering(1)).isEmpty();
            files.keep(CHECKPOINT, reply);
            assertThat(files.sizes()).containsExactly(42L);
            assertThat(files.covering(42).orElseThrow().reply()).isEqualTo(reply);
            assertThat(files.covering(43)).isEmpty();
            assertThat(openssl.run("openssl ts -verify -data timestamps/42.checkpoint -in timestamps/42.tsr"
                            + " -CAfile ca.pem"))
                    .contains("Verification: OK");
        }
    }

    @Test
    void whoIsNotTrustedIsRefusedAndWithoutTrustItIsSaid() throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(directory, TIME_STAMPING);
                OpensslAuthority stranger = new OpensslAuthority(another, TIME_STAMPING)) {
            byte[] reply = new TimestampAuthority(openssl.url(), List.of()).stamp(CHECKPOINT.bytes());
            assertThat(((Reading.Stamped) TimestampReply.read(reply, CHECKPOINT.bytes(), List.of())).trusted())
                    .isFalse();
            assertThat(TimestampReply.read(reply, CHECKPOINT.bytes(), stranger.root()))
                    .isEqualTo(new Reading.Refused("the stamp is by CN=Stamps, which is not trusted"));
            assertThatThrownBy(() -> new TimestampAuthority(openssl.url(), stranger.root()).stamp(CHECKPOINT.bytes()))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("not trusted");
        }
    }

    @Test
    void aReplyThatIsNotTheAnswerIsRefused() throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(directory, TIME_STAMPING)) {
            TimestampAuthority authority = new TimestampAuthority(openssl.url(), openssl.root());
            byte[] earlier = authority.stamp(CHECKPOINT.bytes());
            byte[] other = authority.stamp(new byte[1]);
            Object[][] table = {
                {"the answer to an earlier question", earlier, "the stamp is not right"},
                {"a stamp for something else", other, "the stamp is not right"},
                {"nothing", new byte[0], "the reply is no time stamp"},
                {"text", "<html>".getBytes(StandardCharsets.US_ASCII), "the reply is no time stamp"},
                {"far too much", new byte[TimestampAuthority.REPLY_LIMIT_BYTES + 1], "gives no time stamp"},
            };
            for (Object[] row : table) {
                openssl.tamper = reply -> (byte[]) row[1];
                assertThatThrownBy(() -> authority.stamp(CHECKPOINT.bytes()))
                        .as((String) row[0])
                        .isInstanceOf(ArchiveException.class)
                        .hasMessageContaining((String) row[2]);
            }
            openssl.tamper = reply -> reply;
            openssl.status = 503;
            assertThatThrownBy(() -> authority.stamp(CHECKPOINT.bytes())).hasMessageContaining("503");
            assertThat(TimestampReply.read(earlier, new byte[1], openssl.root()))
                    .isEqualTo(new Reading.Refused("the stamp is for something else"));
        }
    }

    /// The stamp itself is signed; what is around it (status, a certificate nobody needs) is not, so that
    /// some bits may differ without harm. None may change what the stamp says.
    @Test
    void noFlippedBitSaysAnythingElse() throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(directory, TIME_STAMPING)) {
            byte[] reply = new TimestampAuthority(openssl.url(), openssl.root()).stamp(CHECKPOINT.bytes());
            Reading right = TimestampReply.read(reply, CHECKPOINT.bytes(), openssl.root());
            long seed = 20261122;
            Random random = new Random(seed);
            int refused = 0;
            for (int i = 0; i < 500; i++) {
                byte[] flipped = reply.clone();
                int bit = random.nextInt(reply.length * 8);
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Reading read = TimestampReply.read(flipped, CHECKPOINT.bytes(), openssl.root());
                if (read instanceof Reading.Refused) {
                    refused++;
                } else {
                    assertThat(read).as("seed %d, bit %d", seed, bit).isEqualTo(right);
                }
            }
            assertThat(refused).isGreaterThan(250);
        }
    }

    /// RFC 3161, 2.3: the certificate is for time stamping, for nothing else, and says so as critical.
    @Test
    void aCertificateForOtherThingsIsRefused() throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(directory, TIME_STAMPING)) {
            byte[] reply = new TimestampAuthority(openssl.url(), openssl.root()).stamp(CHECKPOINT.bytes());
            assertThat(reply).isNotEmpty();
        }
        for (String usage : List.of("timeStamping", "critical,timeStamping,emailProtection")) {
            Path folder = Files.createDirectory(another.resolve(usage.replace(",", "-")));
            try (OpensslAuthority openssl = new OpensslAuthority(folder, usage)) {
                assertThatThrownBy(
                                () -> new TimestampAuthority(openssl.url(), openssl.root()).stamp(CHECKPOINT.bytes()))
                        .as(usage)
                        .isInstanceOf(ArchiveException.class);
            }
        }
    }

    @Test
    void whatIsNoAuthorityIsRefused() {
        for (String url : List.of("ftp://a/b", "http:///b", "file:/etc/passwd", "tsa")) {
            assertThatIllegalArgumentException()
                    .as(url)
                    .isThrownBy(() -> new TimestampAuthority(URI.create(url), List.of()));
        }
        assertThatThrownBy(
                        () -> new TimestampAuthority(URI.create("http://127.0.0.1:1/"), List.of()).stamp(new byte[1]))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("gives no time stamp");
        assertThatIllegalArgumentException().isThrownBy(() -> TimestampReply.certificates(""));
        assertThatIllegalArgumentException().isThrownBy(() -> TimestampReply.certificates("no PEM"));
    }
}
