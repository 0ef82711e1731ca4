package io.carteggio.mail.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Soon;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Plain copies of all kinds: who got them, by the fields that mail systems write.
class HeaderEvidenceTest {
    private static boolean ofTheFirm(Address address) {
        return address.key().endsWith("@firm.example");
    }

    private static final String WRITTEN = "From: bert@partner.example\nTo: list@lists.example\nCc: cc@firm.example\n";

    private static Header header(String lines) throws IOException {
        return Structure.head(Content.of((lines + "\n").getBytes(ISO_8859_1))).header();
    }

    private static String decided(String lines, HeaderOrder order, String... ignored) throws IOException {
        HeaderEvidence.Decision decision =
                HeaderEvidence.of(header(lines), order, Set.of(ignored)).decide(HeaderEvidenceTest::ofTheFirm);
        return decision.field().orElse("nobody known")
                + decision.envelope().recipients().stream()
                        .map(r -> " " + r.role().word() + " " + r.address())
                        .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Envelope-To: <anna@firm.example>                      | X-Envelope-To recipient anna@firm.example",
                "X-Envelope-To: <anna@firm.example>, <x@y.example>       | X-Envelope-To recipient anna@firm.example recipient x@y.example",
                "x-rcpt-to: anna@firm.example                            | X-Rcpt-To recipient anna@firm.example",
                "Envelope-to: anna@firm.example, carl@firm.example       | Envelope-To recipient anna@firm.example recipient carl@firm.example",
                "Envelope-to: anna@firm.example;carl@firm.example        | Envelope-To recipient anna@firm.example recipient carl@firm.example",
                "Envelope-to: anna@firm.example carl@firm.example        | Envelope-To recipient anna@firm.example recipient carl@firm.example",
                "Envelope-to: anna@firm.example, ANNA@firm.example       | Envelope-To recipient anna@firm.example",
                "Envelope-to: \"a, b\"@firm.example                      | Envelope-To recipient \"a, b\"@firm.example",
                "Envelope-to: Anna <anna@firm.example>                   | Envelope-To recipient anna@firm.example",
                "X-Original-To: anna@firm.example                        | X-Original-To recipient anna@firm.example",
                "Delivered-To: mbox-firm-example-anna@firm.example       | Delivered-To recipient mbox-firm-example-anna@firm.example",
                "X-Gm-Original-To: anna@firm.example                     | X-Gm-Original-To recipient anna@firm.example",
                "Received: from a (b for <c@d>) by e for <anna@firm.example>; x | Received recipient anna@firm.example",
                "Received: from a by e with ESMTP; x                     | To to list@lists.example cc cc@firm.example",
                "Resent-To: anna@firm.example                            | Resent-To to anna@firm.example",
                "X-Envelope-To:                                          | To to list@lists.example cc cc@firm.example",
                "X-Envelope-To: undisclosed                              | To to list@lists.example cc cc@firm.example",
                "X-Envelope-To: journal@firm.example                     | To to list@lists.example cc cc@firm.example",
                "X-Envelope-To: x@elsewhere.example                      | To to list@lists.example cc cc@firm.example",
            })
    void theFirstFieldThatNamesOneOfOursDecides(String line, String expected) throws IOException {
        assertThat(decided(line + "\n" + WRITTEN, HeaderOrder.DEFAULT, "journal@firm.example"))
                .isEqualTo(expected);
    }

    @Test
    void aPrefixIsTakenOffOnlyWhereTheRestIsKnown() throws IOException {
        Predicate<Address> anna = a -> a.key().equals("anna@firm.example");
        HeaderEvidence evidence = HeaderEvidence.of(
                header("Delivered-To: mbox-firm-example-anna@firm.example\nDelivered-To: mbox-bob@firm.example\n"),
                HeaderOrder.DEFAULT,
                Set.of());
        assertThat(evidence.decide(anna).envelope().recipients())
                .extracting(r -> r.address().raw())
                .containsExactly("anna@firm.example", "mbox-bob@firm.example");
    }

    /// Who is unknown today may be known tomorrow: all that any field names counts.
    @Test
    void whereNobodyIsKnownAllCount() throws IOException {
        assertThat(decided(
                        "X-Envelope-To: u1@x.example\nDelivered-To: u2@x.example\nFrom: b@x\nTo: u1@x.example, u3@x.example\n",
                        HeaderOrder.DEFAULT))
                .isEqualTo("nobody known to u1@x.example recipient u2@x.example to u3@x.example");
    }

    @Test
    void aSourceHasItsOwnOrder() throws IOException {
        String mail = "X-Envelope-To: ceo@firm.example\nX-Mine: anna@firm.example\n" + WRITTEN;
        assertThat(decided(mail, new HeaderOrder(List.of("X-Mine", "To"))))
                .isEqualTo("X-Mine recipient anna@firm.example");
        assertThat(decided(mail, new HeaderOrder(List.of("to"))))
                .isEqualTo("to to list@lists.example cc cc@firm.example");
        assertThat(decided(mail, new HeaderOrder(List.of("X-None")))).isEqualTo("nobody known");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "To,to", "X Y", "X:", "\u00e4"})
    void whatIsNoOrderIsRefused(String names) {
        List<String> fields = names.isEmpty() ? List.of() : List.of(names.split(","));
        assertThatThrownBy(() -> new HeaderOrder(fields)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTransportsSenderStandsInForAnAuthor() throws IOException {
        HeaderEvidence none = HeaderEvidence.of(
                header("Return-Path: <bounce@x.example>\nX-Envelope-To: a@firm.example\n"),
                HeaderOrder.DEFAULT,
                Set.of());
        assertThat(none.decide(HeaderEvidenceTest::ofTheFirm).envelope().sender())
                .contains(new Address("bounce@x.example"));
        HeaderEvidence some =
                HeaderEvidence.of(header("Return-Path: <bounce@x.example>\n" + WRITTEN), HeaderOrder.DEFAULT, Set.of());
        assertThat(some.decide(HeaderEvidenceTest::ofTheFirm).envelope().sender())
                .contains(new Address("bert@partner.example"));
        assertThat(HeaderEvidence.of(header("Return-Path: <>\n"), HeaderOrder.DEFAULT, Set.of())
                        .decide(HeaderEvidenceTest::ofTheFirm)
                        .envelope()
                        .sender())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "@", "\"", "\\", "<", ">", ",", " ", "a@b,", "a-@", " for ", "(", ")", "-a", "\"@\","})
    void hostileFieldsAreAnsweredSoon(String piece) {
        String value = piece.repeat((1 << 20) / piece.length());
        Soon.within(
                Duration.ofSeconds(3),
                () -> {
                    for (String field : List.of("Delivered-To", "X-Envelope-To", "Received", "To", "Return-Path")) {
                        HeaderEvidence.of(header(field + ": " + value + "@b\n"), HeaderOrder.DEFAULT, Set.of())
                                .decide(a -> false);
                    }
                },
                piece);
    }
}
