package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.Structure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtectionTest {
    private static final String CMS = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIA=\n";

    private static String of(String text) throws Exception {
        Content mail = Content.of(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        return Protection.of(mail, Structure.head(mail)).map(Enum::name).orElse("none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text/plain                                                        | none
            application/pkcs7-mime; smime-type=enveloped-data                 | SMIME
            application/x-pkcs7-mime; smime-type=authEnveloped-data           | SMIME
            application/pkcs7-mime; name=smime.p7m                            | SMIME
            application/pkcs7-mime                                            | SMIME
            application/octet-stream; name="SMIME.P7M"                        | SMIME
            application/octet-stream; name=letter.pdf                         | none
            application/pkcs7-mime; smime-type=Signed-Data; name=smime.p7m    | none
            application/pkcs7-mime; smime-type=certs-only                     | none
            application/pkcs7-mime; smime-type=compressed-data                | none
            application/pkcs7-mime; name=smime.p7c                            | none
            multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b | OPENPGP
            multipart/encrypted                                               | OPENPGP
            application/pgp-signature                                         | none
            """)
    void byTheType(String type, String expected) throws Exception {
        assertThat(of("Content-Type: " + type + "\n\n--b\n\nx\n--b--\n")).isEqualTo(expected);
    }

    @Test
    void aSignatureAroundHidesNothing() throws Exception {
        String signed = "Content-Type: multipart/signed; boundary=s\n\n--s\n" + CMS
                + "\n--s\nContent-Type: application/pkcs7-signature\n\nx\n--s--\n";
        assertThat(of(signed)).isEqualTo("SMIME");
        assertThat(of("Content-Type: multipart/signed; boundary=t\n\n--t\n" + signed + "\n--t\n\nx\n--t--\n"))
                .isEqualTo("SMIME");
        assertThat(of(signed.replace("enveloped-data", "signed-data"))).isEqualTo("none");
        assertThat(of("Content-Type: multipart/signed; boundary=s\n\nno parts\n"))
                .isEqualTo("none");
    }

    @Test
    void whatIsEncryptedBesideOthersIsAnAttachment() throws Exception {
        assertThat(of("Content-Type: multipart/mixed; boundary=m\n\n--m\n" + CMS + "\n--m\n\nx\n--m--\n"))
                .isEqualTo("none");
    }

    /// JOURNAL-FORMATS 3.1.
    @Test
    void rightsManagement() throws Exception {
        assertThat(of("Content-Class: rpmsg.message\nContent-Type: text/plain\n\nx\n"))
                .isEqualTo("RIGHTS_MANAGEMENT");
        assertThat(of("""
                        Content-Type: multipart/mixed; boundary=m

                        --m

                        x
                        --m
                        Content-Type: application/x-microsoft-rpmsg-message; name=message.rpmsg

                        x
                        --m--
                        """)).isEqualTo("RIGHTS_MANAGEMENT");
    }

    @Test
    void signaturesWithoutEndAreNotFollowed() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            text.append("Content-Type: multipart/signed; boundary=b")
                    .append(i)
                    .append("\n\n--b")
                    .append(i)
                    .append('\n');
        }
        assertThat(of(text + CMS)).isEqualTo("none");
    }
}
