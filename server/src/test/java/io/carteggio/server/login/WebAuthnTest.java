package io.carteggio.server.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.role.Passkeys.Fresh;
import io.carteggio.archive.role.Passkeys.Passkey;
import io.carteggio.archive.vault.Octets;
import io.carteggio.server.login.SoftKey.Kind;
import io.carteggio.server.login.WebAuthn.Asserted;
import io.carteggio.server.login.WebAuthn.Assertion;
import io.carteggio.server.login.WebAuthn.Created;
import io.carteggio.server.login.WebAuthn.Creation;
import io.carteggio.server.login.WebAuthn.Party;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What is believed of a passkey, and what is not. The pages in front of it: `PasskeyAttackTest`; a real
/// Chromium: in acceptance.
class WebAuthnTest {
    private static final String ORIGIN = "http://localhost:8080";
    private static final Party PARTY = Party.of(ORIGIN).orElseThrow();
    private static final int FUZZ = 3_000;

    private static Passkey kept(Fresh made, long counter) {
        return new Passkey("id", "anna", "name", made, counter, Instant.EPOCH, Optional.empty());
    }

    private static Fresh made(SoftKey key) {
        Created created = WebAuthn.created(PARTY, "one", key.create("one"));
        assertThat(created).isInstanceOf(Created.Good.class);
        return ((Created.Good) created).made();
    }

    @Test
    void everyKindOfKeyIsMadeAndUsed() throws Exception {
        for (Kind kind : List.of(Kind.ED25519, Kind.P256, Kind.RSA)) {
            SoftKey key = new SoftKey(kind, ORIGIN);
            key.counter = 4_294_967_290L;
            Fresh made = made(key);
            assertThat(made.credential()).isEqualTo(key.credential());
            assertThat(made.counter()).isEqualTo(4_294_967_290L);
            assertThat(made.synced()).isFalse();
            assertThat(made.transports()).containsExactly("internal");
            assertThat(made.maker()).isEqualTo("00000000-0000-0000-0000-000000000000");
            key.counter++;
            assertThat(WebAuthn.asserted(
                            PARTY, "two", kept(made, made.counter()), key.sign("two", Optional.of("anna"))))
                    .as(kind.name())
                    .isEqualTo(new Asserted.Good(4_294_967_291L));
        }
        SoftKey synced = new SoftKey(Kind.P256, ORIGIN);
        synced.flags |= SoftKey.BACKUP_ELIGIBLE;
        Fresh made = made(synced);
        assertThat(made.synced()).isTrue();
        assertThat(WebAuthn.asserted(PARTY, "two", kept(made, 0), synced.sign("two", Optional.of("anna"))))
                .isEqualTo(new Asserted.Good(0));
    }

    /// A change that makes a good key a bad one.
    private record Lie(String name, Consumer<SoftKey> told) {}

    private static final List<Lie> LIES = List.of(
            new Lie("another origin", k -> k.origin = "https://evil.example"),
            new Lie("another port", k -> k.origin = "http://localhost:8081"),
            new Lie("another scheme", k -> k.origin = "https://localhost:8080"),
            new Lie("an origin below ours", k -> k.origin = "http://evil.localhost:8080"),
            new Lie("an app's origin", k -> k.origin = "android:apk-key-hash:abc"),
            new Lie("no origin", k -> k.origin = ""),
            new Lie("another domain's key", k -> k.rpId = "evil.example"),
            new Lie("nobody was there", k -> k.flags &= ~SoftKey.PRESENT),
            new Lie("the person was not verified", k -> k.flags &= ~SoftKey.VERIFIED),
            new Lie("in a frame of another site", k -> k.crossOrigin = true),
            new Lie("a signature for something else", k -> k.type = "payment.get"));

    @Test
    void noKeyThatLiesIsTaken() throws Exception {
        for (Lie lie : LIES) {
            SoftKey key = new SoftKey(Kind.P256, ORIGIN);
            lie.told.accept(key);
            assertThat(WebAuthn.created(PARTY, "one", key.create("one")))
                    .as(lie.name)
                    .isInstanceOf(Created.Refused.class);
        }
        SoftKey used = new SoftKey(Kind.P256, ORIGIN);
        used.type = "webauthn.get";
        assertThat(WebAuthn.created(PARTY, "one", used.create("one"))).isInstanceOf(Created.Refused.class);
        assertThat(WebAuthn.created(PARTY, "two", new SoftKey(Kind.P256, ORIGIN).create("one")))
                .as("another challenge")
                .isInstanceOf(Created.Refused.class);
        assertThat(WebAuthn.created(PARTY, "one", new SoftKey(Kind.P384, ORIGIN).create("one")))
                .as("a kind of key that was not asked for")
                .isInstanceOf(Created.Refused.class);
    }

    @Test
    void noSignatureThatLiesIsBelieved() throws Exception {
        for (Lie lie : LIES) {
            SoftKey key = new SoftKey(Kind.P256, ORIGIN);
            Passkey kept = kept(made(key), 0);
            lie.told.accept(key);
            assertThat(WebAuthn.asserted(PARTY, "two", kept, key.sign("two", Optional.of("anna"))))
                    .as(lie.name)
                    .isInstanceOf(Asserted.Refused.class);
        }
        SoftKey key = new SoftKey(Kind.P256, ORIGIN);
        Passkey kept = kept(made(key), 0);
        SoftKey forger = new SoftKey(Kind.P256, ORIGIN).impersonating(key);
        Assertion good = key.sign("two", Optional.of("anna"));
        byte[] turned = good.signature().toBytes();
        turned[turned.length - 1] ^= 1;
        SoftKey made = new SoftKey(Kind.P256, ORIGIN).impersonating(key);
        made.type = "webauthn.create";
        record Case(String name, String challenge, Assertion assertion) {}
        for (Case c : List.of(
                new Case("another challenge", "three", good),
                new Case("another key by its name", "two", forger.sign("two", Optional.of("anna"))),
                new Case("for making one", "two", made.sign("two", Optional.of("anna"))),
                new Case("another person's handle", "two", key.sign("two", Optional.of("bert"))),
                new Case("another credential", "two", new SoftKey(Kind.P256, ORIGIN).sign("two", Optional.of("anna"))),
                new Case("a signature turned", "two", with(good, good.clientData(), Octets.of(turned))),
                new Case("a signature of nothing", "two", with(good, good.clientData(), Octets.of(new byte[0]))),
                new Case(
                        "a signature of zeros (CVE-2022-21449)",
                        "two",
                        with(good, good.clientData(), Octets.of(new byte[] {0x30, 6, 2, 1, 0, 2, 1, 0}))),
                new Case(
                        "a large signature",
                        "two",
                        with(good, good.clientData(), Octets.of(new byte[WebAuthn.SIGNATURE_LIMIT_BYTES + 1]))),
                new Case(
                        "large client data",
                        "two",
                        with(good, Octets.of(new byte[WebAuthn.CLIENT_DATA_LIMIT_BYTES + 1]), good.signature())))) {
            assertThat(WebAuthn.asserted(PARTY, c.challenge, kept, c.assertion))
                    .as(c.name)
                    .isInstanceOf(Asserted.Refused.class);
        }
        assertThat(WebAuthn.asserted(PARTY, "two", kept, good)).isEqualTo(new Asserted.Good(0));
    }

    private static Assertion with(Assertion good, Octets clientData, Octets signature) {
        return new Assertion(good.credential(), clientData, good.authenticatorData(), signature, good.userHandle());
    }

    @Test
    void aCountThatGoesBackIsTold() throws Exception {
        SoftKey key = new SoftKey(Kind.P256, ORIGIN);
        Fresh made = made(key);
        record Case(long kept, long told, boolean good) {}
        for (Case c : List.of(
                new Case(5, 6, true),
                new Case(5, 500, true),
                new Case(0, 0, true),
                new Case(0, 1, true),
                new Case(5, 5, false),
                new Case(5, 4, false),
                new Case(5, 0, false))) {
            key.counter = c.told;
            assertThat(WebAuthn.asserted(PARTY, "two", kept(made, c.kept), key.sign("two", Optional.of("anna"))))
                    .as(c.toString())
                    .isEqualTo(c.good ? new Asserted.Good(c.told) : new Asserted.Behind(c.told));
        }
    }

    /// Whatever a stranger brings is refused, and costs nothing.
    @Test
    void noOctetsBreakAnything() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("WebAuthnTest seed " + seed);
        Random random = new Random(seed);
        SoftKey key = new SoftKey(Kind.P256, ORIGIN);
        Passkey kept = kept(made(key), 0);
        Creation creation = key.create("one");
        Assertion assertion = key.sign("two", Optional.of("anna"));
        List<byte[]> garbage = new ArrayList<>(List.of(
                new byte[] {},
                deep((byte) 0x81, WebAuthn.ATTESTATION_LIMIT_BYTES), // arrays in arrays
                deep((byte) 0xa1, WebAuthn.ATTESTATION_LIMIT_BYTES),
                deep((byte) 0xd8, WebAuthn.ATTESTATION_LIMIT_BYTES),
                new byte[] {(byte) 0x9b, 127, -1, -1, -1, -1, -1, -1, -1}, // an array without end
                new byte[] {(byte) 0x5b, 127, -1, -1, -1, -1, -1, -1, -1}, // octets without end
                new byte[] {(byte) 0xbb, 0, 0, 0, 0, 127, -1, -1, -1},
                new byte[] {(byte) 0x5f},
                "{\"type\":".repeat(400).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "[".repeat(4_000).getBytes(java.nio.charset.StandardCharsets.UTF_8),
                new byte[WebAuthn.ATTESTATION_LIMIT_BYTES + 1]));
        for (byte[] one : garbage) {
            refused(new Creation(creation.clientData(), Octets.of(one), List.of()));
            refused(new Creation(Octets.of(one), creation.attestation(), List.of()));
            refused(
                    kept,
                    new Assertion(
                            key.credential(),
                            assertion.clientData(),
                            Octets.of(one),
                            assertion.signature(),
                            Optional.empty()));
            refused(kept, with(assertion, Octets.of(one), assertion.signature()));
            refused(kept, with(assertion, assertion.clientData(), Octets.of(one)));
        }
        int taken = 0;
        for (int i = 0; i < FUZZ; i++) {
            byte[] attestation = mutated(random, creation.attestation().toBytes());
            taken += WebAuthn.created(
                                    PARTY,
                                    "one",
                                    new Creation(creation.clientData(), Octets.of(attestation), List.of()))
                            instanceof Created.Good
                    ? 1
                    : 0; // octets of the credential's name or the counter are anybody's
            byte[] data = mutated(random, assertion.authenticatorData().toBytes());
            if (!Arrays.equals(data, assertion.authenticatorData().toBytes())) {
                refused(
                        kept,
                        new Assertion(
                                key.credential(),
                                assertion.clientData(),
                                Octets.of(data),
                                assertion.signature(),
                                Optional.empty()));
            }
            byte[] clientData = mutated(random, assertion.clientData().toBytes());
            if (!Arrays.equals(clientData, assertion.clientData().toBytes())) {
                refused(kept, with(assertion, Octets.of(clientData), assertion.signature()));
            }
        }
        assertThat(taken).isLessThan(FUZZ);
    }

    private static byte[] deep(byte head, int length) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, head);
        return octets;
    }

    private static byte[] mutated(Random random, byte[] octets) {
        byte[] changed = octets.clone();
        for (int n = random.nextInt(3); n >= 0; n--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(changed, random.nextInt(changed.length));
            case 1 -> Arrays.copyOf(changed, changed.length + 1 + random.nextInt(20));
            default -> changed;
        };
    }

    private static void refused(Creation creation) {
        assertThat(WebAuthn.created(PARTY, "one", creation)).isInstanceOf(Created.Refused.class);
    }

    private static void refused(Passkey kept, Assertion assertion) {
        assertThat(WebAuthn.asserted(PARTY, "two", kept, assertion)).isInstanceOf(Asserted.Refused.class);
    }

    @Test
    void passkeysAreForAnAddressWithANameAndTls() {
        record Case(String url, Optional<Party> party) {}
        for (Case c : List.of(
                new Case(
                        "https://archive.example.com",
                        Optional.of(new Party("archive.example.com", "https://archive.example.com"))),
                new Case(
                        "https://Archive.Example.com:443",
                        Optional.of(new Party("archive.example.com", "https://archive.example.com"))),
                new Case(
                        "https://archive.example.com:8443",
                        Optional.of(new Party("archive.example.com", "https://archive.example.com:8443"))),
                new Case("http://localhost:8080", Optional.of(PARTY)),
                new Case("http://localhost:80", Optional.of(new Party("localhost", "http://localhost"))),
                new Case(
                        "http://archive.localhost",
                        Optional.of(new Party("archive.localhost", "http://archive.localhost"))),
                new Case("http://archive.example.com", Optional.empty()),
                new Case("https://192.0.2.7", Optional.empty()),
                new Case("http://127.0.0.1:8080", Optional.empty()),
                new Case("https://[2001:db8::1]", Optional.empty()),
                new Case("https://user@archive.example.com", Optional.empty()),
                new Case("https://", Optional.empty()),
                new Case("not an address", Optional.empty()),
                new Case("ftp://archive.example.com", Optional.empty()))) {
            assertThat(Party.of(c.url)).as(c.url).isEqualTo(c.party);
        }
    }
}
