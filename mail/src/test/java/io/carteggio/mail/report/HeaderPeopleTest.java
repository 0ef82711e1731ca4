package io.carteggio.mail.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Soon;
import io.carteggio.mail.mime.AddressList;
import io.carteggio.mail.structure.CorpusFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderPeopleTest {
    @Test
    void thePeopleOfTheCorpusAreFound() throws Exception {
        int judged = 0;
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, CorpusFiles.Row> row :
                CorpusFiles.table("expected.tsv").entrySet()) {
            HeaderPeople people = HeaderPeople.of(Content.of(CorpusFiles.bytes(row.getKey())));
            Map<String, List<Address>> mine = Map.of("from", people.from(), "to", people.to(), "cc", people.cc());
            for (Map.Entry<String, List<Address>> cell : mine.entrySet()) {
                if (row.getValue().judged(cell.getKey())) {
                    judged++;
                    List<String> addresses = cell.getValue().stream()
                            .map(HeaderPeopleTest::plain)
                            .toList();
                    List<String> expected = row.getValue().list(cell.getKey());
                    if (!addresses.equals(expected)) {
                        wrong.add(row.getKey() + " " + cell.getKey() + " " + addresses + " for " + expected);
                    }
                }
            }
        }
        System.out.println("addresses: " + judged + " cells judged, " + wrong.size() + " differ");
        // It has two From fields; the other readers see only the first. Whom the second names may own it too.
        assertThat(wrong).singleElement().asString().contains("malformed/rspamd--phish_sender3.eml from");
        assertThat(judged).isGreaterThan(6900);
    }

    private static String plain(Address address) {
        return address.raw();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            Anna <a@b.c>, "x, y"@b.c                | a@b.c + "x, y"@b.c
            team: a@b, c@d;, e@f                    | a@b + c@d + e@f
            Jörg <jörg@büro.example>                | jörg@büro.example
            a@b (Anna, the one), (c@d) e@f          | a@b + e@f
            <>                                      | ~~
            undisclosed-recipients:;                | ~~
            undisclosed recipients                  | ~~
            Anna <a@b.c                             | a@b.c
            Anna <a@b.c, Bert <d@e.f>               | a@b.c + d@e.f
            a@b; c@d                                | a@b + c@d
            <@x,@y:c@d>                             | c@d
            Bob bob@x.example                       | bob@x.example
            a@[192.0.2.1], b@[IPv6:2001:db8::1]     | a@[192.0.2.1] + b@[IPv6:2001:db8::1]
            root                                    | root
            a . b@c . d                             | a.b@c.d
            "joe@x" <joe@x>                         | joe@x
            <<a@b>>                                 | a@b
            O"Brien <o@b>, c@d                      | o@b + c@d
            (never closed <a@b>                     | a@b
            ,,;,                                    | ~~
            """)
    void addressesOf(String field, String expected) {
        assertThat(String.join(
                        " + ",
                        AddressList.parse(field).stream()
                                .map(m -> m.address().raw())
                                .toList()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(", ",", "\"", "<", "a@b,", "a:", ";", "\\", "@", "a:b@c;,", "()", "a ", "<@", ">", ". ", "[", "a@[",
                "(\"<"
            })
    void aHostileFieldCostsLinearTime(String piece) {
        String field = piece.repeat(1024 * 1024 / piece.length());
        Soon.within(
                Duration.ofSeconds(5),
                () -> {
                    AddressList.parse(field);
                    AddressList.parse("<" + field);
                    AddressList.parse("a@b <" + field);
                },
                piece);
    }

    @Test
    void theEnvelopeThatAHeaderSuggests() throws Exception {
        HeaderPeople people = people("From: a@x", "Sender: s@x", "To: b@x, g: c@x;", "CC: d@x", "Bcc: e@x", "To: f@x");
        assertThat(people.envelope())
                .isEqualTo(new Envelope(
                        Optional.of(new Address("s@x")),
                        Optional.of(new Address("a@x")),
                        List.of(
                                new Recipient(Role.TO, new Address("b@x")),
                                new Recipient(Role.TO, new Address("c@x")),
                                new Recipient(Role.TO, new Address("f@x")),
                                new Recipient(Role.CC, new Address("d@x")),
                                new Recipient(Role.BCC, new Address("e@x")))));
        assertThat(people("From: a@X", "Sender: A@x").envelope())
                .isEqualTo(new Envelope(Optional.of(new Address("a@X")), Optional.empty(), List.of()));
        assertThat(people("Sender: s@x").envelope().sender()).contains(new Address("s@x"));
        assertThat(people("X: y").envelope()).isEqualTo(Envelope.EMPTY);
        assertThat(people("From: a@x", "To: b@x", "Resent-From: b@x", "Resent-To: c@x")
                        .envelope()
                        .recipients())
                .containsExactly(
                        new Recipient(Role.TO, new Address("b@x")),
                        new Recipient(Role.TO, new Address("c@x"), Optional.empty(), Optional.of(new Address("b@x"))));
    }

    @Test
    void rolesThatTheReportDoesNotTellAreRecoveredFromTheHeader() throws Exception {
        HeaderPeople people = people("To: Anna <ANNA@x>, list@x", "Cc: carl@x, eve@x");
        Optional<Address> none = Optional.empty();
        assertThat(people
                        .withRoles(List.of(
                                new Recipient(Role.RECIPIENT, new Address("anna@X")),
                                new Recipient(Role.RECIPIENT, new Address("carl@x")),
                                new Recipient(Role.RECIPIENT, new Address("dora@x")),
                                new Recipient(
                                        Role.RECIPIENT, new Address("m@x"), Optional.of(new Address("list@x")), none),
                                new Recipient(
                                        Role.RECIPIENT, new Address("n@x"), none, Optional.of(new Address("eve@x"))),
                                new Recipient(Role.BCC, new Address("anna@x"))))
                        .stream()
                        .map(Recipient::role))
                .containsExactly(Role.TO, Role.CC, Role.BCC, Role.TO, Role.CC, Role.BCC);
        assertThat(people("Subject: x").withRoles(List.of(new Recipient(Role.RECIPIENT, new Address("a@x")))))
                .containsExactly(new Recipient(Role.RECIPIENT, new Address("a@x")));
    }

    private static HeaderPeople people(String... fields) throws Exception {
        return HeaderPeople.of(Content.of((String.join("\r\n", fields) + "\r\n\r\nbody").getBytes(UTF_8)));
    }
}
