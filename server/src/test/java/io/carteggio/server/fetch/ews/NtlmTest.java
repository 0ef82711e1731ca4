package io.carteggio.server.fetch.ews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.fetch.ews.Ntlm.Challenge;
import io.carteggio.server.fetch.ews.Ntlm.Credentials;
import io.carteggio.server.fetch.ews.Ntlm.Malformed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// NTLM version 2 against the numbers of MS-NLMP 4.2, MD4 against those of RFC 1320.
class NtlmTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final byte[] NONCE = HEX.parseHex("0123456789abcdef");
    private static final byte[] CLIENT_NONCE = HEX.parseHex("aaaaaaaaaaaaaaaa");
    private static final Credentials USER = new Credentials("User", "Domain", "Password");

    /// "Domain" and "Server", as in 4.2.4.
    private static final byte[] INFO =
            HEX.parseHex("02000c0044006f006d00610069006e0001000c005300650072007600650072000000" + "0000");

    @Test
    void md4IsThatOfItsRfc() {
        Map<String, String> table = Map.of(
                "", "31d6cfe0d16ae931b73c59d7e0c089c0",
                "a", "bde52cb31de33e46245e05fbdbd6fb24",
                "abc", "a448017aaf21d8525fc10ae87aa6729d",
                "message digest", "d9130a8164549fe818874806e1c7014b",
                "abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9",
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4",
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                        "e33b4ddc9c38f2199c3e7b164fcc0536");
        table.forEach((text, sum) -> assertThat(HEX.formatHex(Md4.of(text.getBytes(StandardCharsets.US_ASCII))))
                .as(text)
                .isEqualTo(sum));
    }

    @Test
    void theNumbersAreThoseOfTheSpecification() {
        byte[] key = Ntlm.key(USER);
        assertThat(HEX.formatHex(key)).as("4.2.4.1.1").isEqualTo("0c868a403bfd7a93a3001ef22ef02e3f");
        assertThat(HEX.formatHex(Ntlm.oldResponse(key, NONCE, CLIENT_NONCE)))
                .as("4.2.4.2.1")
                .isEqualTo("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
        byte[] response = Ntlm.response(key, NONCE, CLIENT_NONCE, new byte[8], INFO);
        assertThat(HEX.formatHex(Arrays.copyOf(response, 16)))
                .as("4.2.4.2.2")
                .isEqualTo("68cd0ab851e51c96aabc927bebef6a1c");
        assertThat(HEX.formatHex(Ntlm.sessionKey(key, response)))
                .as("4.2.4.1.2")
                .isEqualTo("8de40ccadbc14a82f15cb0ad0de95ca3");
    }

    @Test
    void usersAreNamedInThreeWays() {
        assertThat(Credentials.of("FIRM\\anna", "p")).isEqualTo(new Credentials("anna", "FIRM", "p"));
        assertThat(Credentials.of("anna@firm.example", "p")).isEqualTo(new Credentials("anna@firm.example", "", "p"));
        assertThat(Credentials.of("anna", "p")).isEqualTo(new Credentials("anna", "", "p"));
        assertThat(USER.toString()).doesNotContain("Password");
    }

    private static byte[] challenge(byte[] info) {
        return ByteBuffer.allocate(56 + info.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("NTLMSSP\0".getBytes(StandardCharsets.US_ASCII))
                .putInt(2)
                .putLong(0)
                .putInt(0xa2898205)
                .put(NONCE)
                .putLong(0)
                .putShort((short) info.length)
                .putShort((short) info.length)
                .putInt(56)
                .putLong(0)
                .put(info)
                .array();
    }

    @Test
    void aChallengeIsRead() throws Malformed {
        Challenge challenge = Ntlm.challenge(challenge(INFO));
        assertThat(challenge.nonce()).isEqualTo(NONCE);
        assertThat(challenge.targetInfo()).isEqualTo(Arrays.copyOf(INFO, INFO.length - 4));
        assertThat(challenge.timestamp()).isEmpty();
    }

    private static byte[] changed(int at, int... octets) {
        byte[] message = challenge(INFO);
        for (int i = 0; i < octets.length; i++) {
            message[at + i] = (byte) octets[i];
        }
        return message;
    }

    @Test
    void hostileChallengesAreRefused() {
        Map<String, byte[]> table = new LinkedHashMap<>();
        table.put("nothing", new byte[0]);
        table.put("too short", Arrays.copyOf(challenge(INFO), 47));
        table.put("too long", Arrays.copyOf(challenge(INFO), Ntlm.CHALLENGE_LIMIT + 1));
        table.put("no signature", changed(0, 'X'));
        table.put("another message", changed(8, 3));
        table.put("version 1", changed(22, 0x09));
        table.put("no unicode", changed(20, 0x04));
        table.put("beyond the end", changed(44, 0xff, 0xff));
        table.put("far beyond the end", changed(44, 0xff, 0xff, 0xff, 0xff));
        table.put("longer than it is", changed(40, 0xff, 0xff));
        table.put("no end", challenge(Arrays.copyOf(INFO, INFO.length - 4)));
        table.put("an attribute that is too long", changed(58, 0xff, 0xff));
        table.put("a time that is none", challenge(HEX.parseHex("07000400000000000000" + "0000")));
        table.forEach((name, message) ->
                assertThatThrownBy(() -> Ntlm.challenge(message)).as(name).isInstanceOf(Malformed.class));
    }

    @Test
    void noiseIsReadOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] message = challenge(INFO);
            for (int i = random.nextInt(6); i >= 0; i--) {
                message[random.nextInt(message.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(message, random.nextInt(message.length + 1));
            for (byte[] said : new byte[][] {message, cut}) {
                try {
                    byte[] third = Ntlm.authenticate(
                            Ntlm.negotiate(),
                            said,
                            USER,
                            new Ntlm.Bound("HTTP/x", new byte[16], CLIENT_NONCE, Instant.EPOCH));
                    assertThat(third.length).isGreaterThan(88);
                } catch (Malformed e) {
                    assertThat(e).hasMessageNotContaining("Password");
                } catch (RuntimeException e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
    }
}
