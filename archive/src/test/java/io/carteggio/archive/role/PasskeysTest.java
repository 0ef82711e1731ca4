package io.carteggio.archive.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.role.Passkeys.Fresh;
import io.carteggio.archive.role.Passkeys.Passkey;
import io.carteggio.archive.vault.Octets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What acts make of passkeys.
class PasskeysTest {
    private static final Instant AT = Instant.parse("2026-11-20T09:00:00Z");

    private final Passkeys passkeys = new Passkeys();

    private static Octets octets(int... values) {
        byte[] octets = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            octets[i] = (byte) values[i];
        }
        return Octets.of(octets);
    }

    private void added(String id, String person, Octets credential, long counter) {
        passkeys.apply(new Act.PasskeyAdded(
                AT, "x", id, person, "name of " + id, credential, octets(9), counter, "maker", List.of("usb"), false));
    }

    private Passkey one(String id) {
        return passkeys.named(id).orElseThrow();
    }

    @Test
    void aCredentialIsOnePersonsForAsLongAsItIsThere() {
        added("a", "anna", octets(1), 0);
        added("b", "bert", octets(1), 0); // which nobody can have made, and which would take hers away
        assertThat(passkeys.byCredential(octets(1))).contains(one("a"));
        assertThat(passkeys.of("bert")).isEmpty();
        passkeys.apply(new Act.PasskeyRemoved(AT, "x", "a"));
        assertThat(passkeys.byCredential(octets(1))).isEmpty();
        assertThat(passkeys.of("anna")).isEmpty();
        passkeys.apply(new Act.PasskeyUsed(AT, "x", "a", 5));
        assertThat(passkeys.named("a")).as("gone is gone").isEmpty();
        added("c", "bert", octets(1), 0);
        assertThat(passkeys.byCredential(octets(1))).contains(one("c"));
    }

    @Test
    void aCountNeverGoesBack() {
        added("a", "anna", octets(1), 3);
        record Case(long told, boolean next) {}
        for (Case c : List.of(new Case(0, false), new Case(2, false), new Case(3, false), new Case(4, true))) {
            assertThat(one("a").isNext(c.told)).as("%d after 3", c.told).isEqualTo(c.next);
        }
        passkeys.apply(new Act.PasskeyUsed(AT.plusSeconds(1), "x", "a", 8));
        passkeys.apply(new Act.PasskeyUsed(AT.plusSeconds(2), "x", "a", 5));
        assertThat(one("a").counter()).isEqualTo(8);
        assertThat(one("a").used()).isEqualTo(Optional.of(AT.plusSeconds(2)));
        added("none", "anna", octets(2), 0);
        assertThat(one("none").isNext(0)).as("one that does not count").isTrue();
        assertThat(one("none").isNext(1)).as("and begins to").isTrue();
    }

    @Test
    void whoBecomesAnotherLogsInByWhatOpensThatOne() {
        added("a", "anna", octets(1), 0);
        added("b", "bert", octets(2), 0);
        passkeys.apply(
                new Act.DirectoryChanged(AT, "op", Optional.empty(), List.of(new Change.Merged("anna", "bert"))));
        assertThat(passkeys.byCredential(octets(1))).isEmpty();
        assertThat(passkeys.of("bert")).containsExactly(one("b"));
    }

    @Test
    void whatNoAuthenticatorTellsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Fresh(octets(), octets(1), 0, "m", List.of(), false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fresh(
                        Octets.of(new byte[Passkeys.CREDENTIAL_LIMIT_BYTES + 1]), octets(1), 0, "m", List.of(), false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fresh(
                        octets(1), Octets.of(new byte[Passkeys.KEY_LIMIT_BYTES + 1]), 0, "m", List.of(), false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Fresh(octets(1), octets(1), -1, "m", List.of(), false));
        assertThat(new Fresh(octets(1), octets(1), 0, "m", List.of("usb", "<b>", "", "hybrid"), false).transports())
                .containsExactly("usb", "hybrid");
    }
}
