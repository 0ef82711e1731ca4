package io.carteggio.archive.authenticity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.ClientCertificate;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a hostile or a careless sender may bring, against what a source expects.
class AuthenticityTest {
    private static final String ORG = "contoso.onmicrosoft.com";
    private static final String TENANT = "11111111-2222-3333-4444-555555555555";
    private static final String OTHER = "99999999-2222-3333-4444-555555555555";
    private static final Sha256 SUM = Sha256.of(new byte[] {1});
    private static final String OUTLOOK =
            "CN=mail.protection.outlook.com,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US";

    private static Header header(String fields) throws IOException {
        return Structure.head(Content.of((fields + "\r\n\r\nbody\r\n").getBytes(StandardCharsets.UTF_8)))
                .header();
    }

    private static Provenance from(String peer) {
        return new Provenance(
                Optional.of(peer), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());
    }

    private static Provenance showing(ClientCertificate certificate) {
        return from("192.0.2.1").with(Optional.of(certificate));
    }

    /// Why it is not authentic; empty where it is.
    private static String why(Map<String, String> settings, Provenance came, String fields) throws IOException {
        return switch (Authenticity.check(
                Expected.of(settings), came, header(fields), Optional.empty(), NetworkLists.SHIPPED)) {
            case Verdict.Authentic _ -> "";
            case Verdict.Mismatch mismatch -> String.join("; ", mismatch.differences());
        };
    }

    // ---- what strangers write into a header

    static List<Arguments> organisations() {
        String field = "X-OriginatorOrg: ";
        return List.of(
                Arguments.of(field + ORG, ""),
                Arguments.of("x-originatororg:" + ORG, ""),
                Arguments.of(field + ORG.toUpperCase(java.util.Locale.ROOT) + ".", ""),
                Arguments.of("X-OriginatorOrg:\r\n\t" + ORG + " ", ""),
                Arguments.of("X-OriginatorOrg:\r\n \r\n " + ORG, ""),
                Arguments.of(field + ORG + "\r\n" + field + ORG, ""),
                Arguments.of("Subject: " + field + ORG, "came none"),
                Arguments.of("From: a@b", "came none"),
                Arguments.of("", "came none"),
                Arguments.of(field, "came ''"),
                Arguments.of(field + "evil.example", "came 'evil.example'"),
                Arguments.of(field + ORG + ".evil.example", "came 'contoso.onmicrosoft.com.evil.example'"),
                Arguments.of(field + "evil." + ORG, "came 'evil.contoso"),
                Arguments.of(field + "evil.example\r\n" + field + ORG, "came 'evil.example', 'contoso"),
                Arguments.of(field + ORG + "\r\n" + field + "evil.example", "came 'contoso"),
                Arguments.of(field + ORG + "\r\n" + field, "came 'contoso"),
                Arguments.of(field + ORG + ", evil.example", "came 'contoso"),
                Arguments.of(field + "contoso\r\n .onmicrosoft.com", "came 'contoso .onmicrosoft.com'"),
                Arguments.of(field + ORG + " (evil.example)", "came 'contoso"),
                Arguments.of(field + "=?utf-8?q?contoso.onmicrosoft.com?=", "came '=?utf-8"),
                Arguments.of(field + "c\u043entoso.onmicrosoft.com", "came 'c\u043entoso"), // a Cyrillic o
                Arguments.of("X-OriginatorOrg : " + ORG, ""), // blanks before the colon: obsolete, not another field
                Arguments.of("X-OriginatorOrg\u00a0: " + ORG, "came none"),
                Arguments.of("Subject: x\r\n\r\n" + field + ORG, "came none"), // behind the header's end
                Arguments.of(field + "\u202e" + ORG, "came '\ufffdcontoso"),
                Arguments.of(field + ORG + "\u0000", "came 'contoso"),
                Arguments.of((field + "evil.example\r\n").repeat(50) + field + ORG, " and 48 more"));
    }

    @ParameterizedTest
    @MethodSource("organisations")
    void theOrganisation(String fields, String came) throws Exception {
        String why = why(Map.of("originator-org", ORG), from("192.0.2.1"), fields);
        if (came.isEmpty()) {
            assertThat(why).isEmpty();
        } else {
            assertThat(why)
                    .startsWith("expected X-OriginatorOrg " + ORG + ", came ")
                    .contains(came);
        }
    }

    static List<Arguments> tenants() {
        String field = "X-MS-Exchange-CrossTenant-Id: ";
        String processed = "X-LD-Processed: ";
        return List.of(
                Arguments.of(field + TENANT, ""),
                Arguments.of(field + "{" + TENANT + "}", ""),
                Arguments.of("X-MS-Exchange-CrossTenant-Id:\r\n\t" + TENANT, ""),
                Arguments.of(processed + TENANT + ",ExtAddr", ""),
                Arguments.of(processed + TENANT + " ,ExtAddr,ExtFwd", ""),
                Arguments.of(field + TENANT + "\r\n" + processed + TENANT + ",ExtAddr", ""),
                Arguments.of("From: a@b", "CrossTenant-Id " + TENANT + ", came none"),
                Arguments.of(field, "CrossTenant-Id " + TENANT + ", came ''"),
                Arguments.of(field + OTHER, "came '" + OTHER + "'"),
                Arguments.of(field + TENANT + "\r\n" + field + OTHER, "came '" + TENANT + "', '" + OTHER + "'"),
                Arguments.of(field + TENANT + "\r\n" + processed + OTHER + ",ExtAddr", "X-LD-Processed " + TENANT),
                Arguments.of(field + OTHER + "\r\n" + processed + TENANT + ",ExtAddr", "CrossTenant-Id " + TENANT),
                Arguments.of(processed + "ExtAddr," + TENANT, "X-LD-Processed " + TENANT),
                Arguments.of(field + TENANT.substring(1), "came '" + TENANT.substring(1)),
                Arguments.of(field + TENANT + "0", "came '"),
                Arguments.of(field + "1-1-1-1-1", "came '1-1-1-1-1'"),
                Arguments.of("X-MS-Exchange-Organization-Id: " + TENANT, "came none")); // of the payload: no proof
    }

    @ParameterizedTest
    @MethodSource("tenants")
    void theTenant(String fields, String came) throws Exception {
        String why = why(Map.of("tenant", TENANT), from("192.0.2.1"), fields);
        if (came.isEmpty()) {
            assertThat(why).isEmpty();
        } else {
            assertThat(why).startsWith("expected X-").contains(came);
        }
    }

    @Test
    void theMailInsideDecidesNothing() throws Exception {
        Header outer = header("X-MS-Exchange-CrossTenant-Id: " + TENANT);
        Header inner = header("X-MS-Exchange-Organization-Id: " + OTHER);
        Expected expected = Expected.of(Map.of("tenant", TENANT));
        assertThat(Authenticity.check(expected, from("192.0.2.1"), outer, Optional.of(inner), NetworkLists.SHIPPED))
                .isEqualTo(new Verdict.Authentic(List.of(
                        "OTHER_TENANT_INSIDE: the mail inside says X-MS-Exchange-Organization-Id '" + OTHER + "'")));
        Header same = header("X-MS-Exchange-Organization-Id: " + TENANT);
        assertThat(Authenticity.check(expected, from("192.0.2.1"), outer, Optional.of(same), NetworkLists.SHIPPED))
                .isEqualTo(new Verdict.Authentic(List.of()));
    }

    static List<Arguments> returned() {
        String processed = "X-LD-Processed: ";
        return List.of(
                Arguments.of("From: a@b", ""),
                Arguments.of("X-OriginatorOrg: " + ORG, ""),
                Arguments.of("X-OriginatorOrg: evil.example", "X-OriginatorOrg " + ORG + ", came 'evil.example'"),
                Arguments.of("X-OriginatorOrg:", "X-OriginatorOrg " + ORG + ", came ''"),
                Arguments.of(processed + OTHER + ",ExtAddr", "X-LD-Processed " + TENANT + ", came '" + OTHER),
                Arguments.of("X-MS-Exchange-CrossTenant-Id: x", "CrossTenant-Id " + TENANT + ", came 'x'"));
    }

    @ParameterizedTest
    @MethodSource("returned")
    void aReturnedReportMustNotNameAnother(String fields, String why) throws Exception {
        Expected expected = Expected.of(Map.of("originator-org", ORG, "tenant", TENANT, "tls", "required"));
        Verdict verdict = Authenticity.checkReturned(expected, header(fields), Optional.empty());
        if (why.isEmpty()) {
            assertThat(verdict)
                    .isEqualTo(new Verdict.Authentic(List.of(
                            "RETURNED_UNNAMED: the report came back without the" + " fields that name whose it is")));
        } else {
            assertThat(((Verdict.Mismatch) verdict).reason()).contains(why);
        }
    }

    /// Where something was cut, a second field may have been among it.
    @Test
    void aHeaderOverTheLimitsIsNotTrusted() throws Exception {
        String fields = "X-OriginatorOrg: " + ORG + "\r\n" + "X-Filler: x\r\n".repeat(Structure.MOST_FIELDS);
        assertThat(why(Map.of("originator-org", ORG), from("192.0.2.1"), fields))
                .contains("over the limits");
        assertThat(why(Map.of("networks", "192.0.2.1"), from("192.0.2.1"), fields))
                .as("who does not ask the header does not mind")
                .isEmpty();
    }

    // ---- the connection

    @Test
    void theNetwork() throws Exception {
        Map<String, String> ours = Map.of("networks", "10.0.0.0/8, 2001:db8::/32");
        assertThat(why(ours, from("10.1.2.3"), "")).isEmpty();
        assertThat(why(ours, from("2001:db8:0:0:0:0:0:7"), "")).isEmpty();
        assertThat(why(ours, from("192.0.2.1"), ""))
                .isEqualTo("expected a host in 10.0.0.0/8, 2001:db8:0:0:0:0:0:0/32, came 192.0.2.1");
        assertThat(why(ours, Provenance.ofItem("file"), "")).endsWith("came from nowhere");
        Map<String, String> online = Map.of("networks", "Exchange-Online 127.0.0.1");
        assertThat(why(online, from("40.107.1.1"), "")).isEmpty();
        assertThat(why(online, from("127.0.0.1"), "")).isEmpty();
        assertThat(why(online, from("127.0.0.2"), ""))
                .isEqualTo("expected a host in exchange-online (shipped, of 2026-08-14), 127.0.0.1, came 127.0.0.2");
        assertThat(Authenticity.check(
                        Expected.of(online),
                        from("40.107.1.1"),
                        Header.EMPTY,
                        Optional.empty(),
                        new NetworkLists(Map.of())))
                .as("a list that is not there holds nobody")
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void tls() throws Exception {
        Map<String, String> required = Map.of("tls", "required");
        assertThat(why(required, from("192.0.2.1"), "")).isEqualTo("expected TLS, came in the clear");
        Provenance secured = new Provenance(
                Optional.of("192.0.2.1"),
                Optional.empty(),
                Optional.of("TLSv1.3 X"),
                Optional.empty(),
                List.of(),
                Optional.empty());
        assertThat(why(required, secured, "")).isEmpty();
        assertThat(why(Map.of("tls", "offered"), from("192.0.2.1"), "")).isEmpty();
    }

    static List<Arguments> certificates() {
        ClientCertificate trusted = new ClientCertificate(OUTLOOK, SUM, true);
        ClientCertificate selfMade = new ClientCertificate(OUTLOOK, SUM, false);
        ClientCertificate other = new ClientCertificate("CN=evil.example,O=mail.protection.outlook.com", SUM, true);
        String host = "mail.protection.outlook.com";
        String spaced = "C=US, ST=Washington";
        return List.of(
                Arguments.of("sha256:" + SUM, selfMade, true), // nobody can choose a sum
                Arguments.of(SUM.toString().toUpperCase(java.util.Locale.ROOT), selfMade, true),
                Arguments.of(SUM.toString().replaceAll("(..)(?!$)", "$1:"), selfMade, true),
                Arguments.of("sha256:" + Sha256.of(new byte[] {2}), trusted, false),
                Arguments.of(OUTLOOK, trusted, true),
                Arguments.of(OUTLOOK.replace(",", ", ").replace("CN=mail", "cn=MAIL"), trusted, true),
                Arguments.of(OUTLOOK, selfMade, false), // anybody can choose a name
                Arguments.of(OUTLOOK, other, false),
                Arguments.of(spaced, trusted, false),
                Arguments.of(host, trusted, true),
                Arguments.of("MAIL.protection.outlook.com", trusted, true),
                Arguments.of(host, selfMade, false),
                Arguments.of(host, other, false),
                Arguments.of(host, new ClientCertificate("CN=" + host + ".evil.example", SUM, true), false),
                Arguments.of(host, new ClientCertificate("CN=evil.example,CN=" + host, SUM, true), false),
                Arguments.of(host, new ClientCertificate("CN=x\\,CN=" + host, SUM, true), false),
                Arguments.of(host, new ClientCertificate("O=x", SUM, true), false),
                Arguments.of(host, new ClientCertificate("", SUM, true), false),
                Arguments.of(host, new ClientCertificate("no name at all", SUM, true), false),
                Arguments.of(OUTLOOK, new ClientCertificate("no name at all", SUM, true), false));
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void theClientsCertificate(String wanted, ClientCertificate came, boolean good) throws Exception {
        String why = why(Map.of("client-certificate", wanted), showing(came), "");
        assertThat(why.isEmpty()).as(why).isEqualTo(good);
        assertThat(why(Map.of("client-certificate", wanted), from("192.0.2.1"), ""))
                .startsWith("expected the client certificate ")
                .endsWith(", came none");
    }

    @Test
    void everythingThatDiffersIsTold() throws Exception {
        Map<String, String> all = Map.of(
                "networks",
                "10.0.0.0/8",
                "tls",
                "required",
                "client-certificate",
                "sha256:" + SUM,
                "originator-org",
                ORG,
                "tenant",
                TENANT);
        assertThat(why(all, from("192.0.2.1"), "").split("; ")).hasSize(5);
        Verdict verdict = Authenticity.check(
                Expected.of(all), from("192.0.2.1"), Header.EMPTY, Optional.empty(), NetworkLists.SHIPPED);
        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Mismatch.class,
                        mismatch -> assertThat(Verdict.isReason(Optional.of(mismatch.reason())))
                                .isTrue());
    }

    // ---- settings

    @ParameterizedTest
    @ValueSource(
            strings = {
                "networks=exchange-offline",
                "networks=localhost",
                "tls=none",
                "tls=Required!",
                "client-certificate=x",
                "client-certificate=CN",
                "client-certificate==",
                "client-certificate=sha256:abc",
                "client-certificate=not a host",
                "originator-org=a@b.example",
                "originator-org=<contoso.example>",
                "originator-org=a b",
                "originator-org=.",
                "tenant=1-1-1-1-1",
                "tenant=contoso",
                "tenant=11111111222233334444555555555555"
            })
    void settingsThatMakeNoSense(String setting) {
        int equals = setting.indexOf('=');
        Map<String, String> settings = Map.of(setting.substring(0, equals), setting.substring(equals + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Expected.of(settings));
        // kept by another version: no mail goes past a check that cannot be made
        assertThat(Authenticity.check(
                        Expected.ofKept(settings),
                        from("192.0.2.1"),
                        Header.EMPTY,
                        Optional.empty(),
                        NetworkLists.SHIPPED))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void nothingSetIsNothingExpected() {
        assertThat(Expected.of(Map.of("unknown", "discard")).isNothing()).isTrue();
        assertThat(Expected.of(Map.of("tls", "offered")).isNothing()).isTrue();
        assertThat(Expected.ofKept(Map.of("tls", "?")).isNothing()).isFalse();
        String many = "192.0.2.1,".repeat(Expected.MOST_NETWORKS - 1) + "192.0.2.2";
        assertThat(Expected.of(Map.of("networks", many)).networks()).hasSize(Expected.MOST_NETWORKS);
        assertThatIllegalArgumentException().isThrownBy(() -> Expected.of(Map.of("networks", many + ",192.0.2.3")));
    }

    /// Whatever a header says: the only way to be authentic is that every such field says so, and what is told
    /// of it is short and plain.
    @Test
    void fuzz() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {
            "X-OriginatorOrg:",
            " ",
            ORG,
            "\r\n",
            "\n",
            "\r",
            "\t",
            ":",
            "evil.example",
            ".",
            "\u202e",
            "\u0000",
            "(",
            "é",
            "=?utf-8?q?x?=",
            "X-OriginatorOrg",
            "x".repeat(300)
        };
        Expected expected = Expected.of(Map.of("originator-org", ORG));
        for (int round = 0; round < 20_000; round++) {
            StringBuilder fields = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                fields.append(pieces[random.nextInt(pieces.length)]);
            }
            Header header = header(fields.toString());
            Verdict verdict =
                    Authenticity.check(expected, from("192.0.2.1"), header, Optional.empty(), NetworkLists.SHIPPED);
            List<String> values =
                    header.all("X-OriginatorOrg").stream().map(f -> f.text()).toList();
            switch (verdict) {
                case Verdict.Authentic _ ->
                    assertThat(values)
                            .as("seed %d: %s", seed, fields)
                            .isNotEmpty()
                            .allMatch(v -> v.equals(ORG) || v.equals(ORG + "."));
                case Verdict.Mismatch mismatch -> {
                    assertThat(values.stream().allMatch(ORG::equals) && !values.isEmpty())
                            .as("seed %d: %s", seed, fields)
                            .isFalse();
                    assertThat(mismatch.reason())
                            .as("seed %d: %s", seed, fields)
                            .hasSizeLessThan(600)
                            .doesNotContainPattern("[\\p{Cc}\\p{Cf}]");
                }
            }
        }
    }
}
