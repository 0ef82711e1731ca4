package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.login.OpenIdSettings;
import io.carteggio.server.secret.Secrets;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Certificates of an authority of one's own: what is taken for such, and what a connection then believes. A real
/// server shows it in acceptance (`LdapSyncTest`).
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthorityTest {
    private static final int FUZZ = 2_000;

    private X509Certificate ours;
    private X509Certificate server;
    private X509Certificate others;
    private X509Certificate othersServer;

    @BeforeAll
    void make() throws Exception {
        KeyPair authority = keys();
        KeyPair other = keys();
        KeyPair key = keys();
        ours = issue("CN=Ours", authority, "CN=Ours", authority, true);
        server = issue("CN=Ours", authority, "CN=server", key, false);
        others = issue("CN=Ours", other, "CN=Ours", other, true); // by the same name
        othersServer = issue("CN=Ours", other, "CN=server", key, false);
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static X509Certificate issue(String issuer, KeyPair by, String subject, KeyPair of, boolean authority)
            throws Exception {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(now.toEpochMilli()),
                Date.from(now.minusSeconds(60)),
                Date.from(now.plusSeconds(3_600)),
                new X500Name(subject),
                of.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
    }

    private static String pem(X509Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    @Test
    void whatIsNoAuthorityIsRefusedWithAReason() throws Exception {
        assertThat(Authority.of(pem(ours)).certificates()).containsExactly(ours);
        assertThat(Authority.of("some words\n" + pem(ours) + pem(others)).certificates())
                .hasSize(2);
        String good = pem(ours);
        record Case(String pem, String why) {}
        for (Case c : List.of(
                new Case("", "a file of PEM"),
                new Case("nothing of the kind", "a file of PEM"),
                new Case(pem(server), "no authority's"),
                new Case(good + pem(server), "no authority's"),
                new Case("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", ""),
                new Case("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", ""),
                new Case(good.substring(0, good.length() / 2), ""),
                new Case(good.repeat(Authority.CERTIFICATES_LIMIT + 1), "1 to 16"),
                new Case("x".repeat(Authority.PEM_LIMIT_BYTES) + good, "at most"))) {
            assertThatIllegalArgumentException()
                    .as(c.pem.substring(0, Math.min(60, c.pem.length())))
                    .isThrownBy(() -> Authority.of(c.pem))
                    .withMessageContaining(c.why);
        }
    }

    /// Whatever is in the file: it is an authority, or refused.
    @Test
    void noFileBreaksAnything() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("AuthorityTest seed " + seed);
        Random random = new Random(seed);
        byte[] der = ours.getEncoded();
        int taken = 0;
        for (int i = 0; i < FUZZ; i++) {
            byte[] octets = der.clone();
            for (int n = random.nextInt(3); n >= 0; n--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            String text = "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getEncoder()
                            .encodeToString(java.util.Arrays.copyOf(octets, 1 + random.nextInt(2 * der.length)))
                    + (random.nextBoolean() ? "\n-----END CERTIFICATE-----\n" : "\n-----END");
            try {
                taken += Authority.of(text).certificates().size();
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThat(taken).isLessThan(FUZZ);
    }

    private static Secrets kept(String pem) {
        return Secrets.inMemory(Map.of(Secrets.AUTHORITY, pem));
    }

    private static void believed(CertificateCheck check, Secrets kept, X509Certificate... chain) throws Exception {
        new Trust(check, kept).checkServerTrusted(chain, "UNKNOWN");
    }

    /// "Pinned": what is kept must be what the act names, and only what that authority issued is believed.
    @Test
    void onlyWhatTheNamedAuthorityIssuedIsBelieved() throws Exception {
        Authority authority = Authority.of(pem(ours));
        CertificateCheck check = new Settings(Map.of("certificate", authority.setting())).certificate();
        assertThat(check).isEqualTo(new CertificateCheck.Issued(authority.sum()));
        assertThat(new Trust(check, kept(pem(ours))).checksName()).isTrue();
        believed(check, kept(pem(ours)), server);
        for (X509Certificate wrong : List.of(othersServer, others)) {
            assertThatThrownBy(() -> believed(check, kept(pem(ours)), wrong)).isInstanceOf(CertificateException.class);
        }
        assertThatThrownBy(() -> believed(check, kept(pem(others)), othersServer))
                .as("somebody put other certificates in their place")
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("not the authority's");
        assertThatThrownBy(() -> believed(check, Secrets.inMemory(Map.of()), server))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("no certificates");
        assertThatThrownBy(() -> believed(new CertificateCheck.BySystem(), kept(pem(ours)), server))
                .as("kept, but not what is checked by")
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void settingsAndCertificatesGoTogether() throws Exception {
        Map<String, String> named =
                Map.of("certificate", Authority.of(pem(ours)).setting());
        Secrets none = Secrets.inMemory(Map.of());
        Authority.check(named, Map.of(Secrets.AUTHORITY, pem(ours)), none);
        Authority.check(named, Map.of(), kept(pem(ours)));
        Authority.check(Map.of(), Map.of(), kept(pem(ours)));
        assertThatIllegalArgumentException().isThrownBy(() -> Authority.check(named, Map.of(), none));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Authority.check(named, Map.of(Secrets.AUTHORITY, pem(others)), kept(pem(ours))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Authority.check(Map.of(), Map.of(Secrets.AUTHORITY, pem(ours)), none))
                .withMessageContaining(Authority.of(pem(ours)).setting());
        for (String bad : List.of("authority:", "authority:xyz", "authority:" + "A".repeat(64), "authority")) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> new Settings(Map.of("certificate", bad)).certificate());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenIdSettings.of(Map.of(
                        "issuer",
                        "https://sso.example",
                        "client-id",
                        "x",
                        "certificate",
                        Authority.of(pem(ours)).setting())))
                .withMessageContaining("LDAP alone");
    }
}
