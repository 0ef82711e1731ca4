package io.carteggio.server.login;

import com.webauthn4j.WebAuthnManager;
import com.webauthn4j.converter.util.ObjectConverter;
import com.webauthn4j.credential.CredentialRecordImpl;
import com.webauthn4j.data.AuthenticationParameters;
import com.webauthn4j.data.AuthenticationRequest;
import com.webauthn4j.data.PublicKeyCredentialParameters;
import com.webauthn4j.data.PublicKeyCredentialType;
import com.webauthn4j.data.RegistrationData;
import com.webauthn4j.data.RegistrationParameters;
import com.webauthn4j.data.RegistrationRequest;
import com.webauthn4j.data.attestation.authenticator.AAGUID;
import com.webauthn4j.data.attestation.authenticator.AttestedCredentialData;
import com.webauthn4j.data.attestation.authenticator.AuthenticatorData;
import com.webauthn4j.data.attestation.authenticator.COSEKey;
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier;
import com.webauthn4j.data.attestation.statement.NoneAttestationStatement;
import com.webauthn4j.data.client.Origin;
import com.webauthn4j.data.client.challenge.DefaultChallenge;
import com.webauthn4j.data.extension.authenticator.AuthenticationExtensionsAuthenticatorOutputs;
import com.webauthn4j.server.ServerProperty;
import com.webauthn4j.verifier.exception.MaliciousCounterValueException;
import io.carteggio.archive.role.Passkeys.Fresh;
import io.carteggio.archive.role.Passkeys.Passkey;
import io.carteggio.archive.vault.Octets;
import io.carteggio.server.fetch.Lines;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a browser brings of a passkey, checked as WebAuthn has it (level 3, 7.1 and 7.2). Functions of octets;
/// safe for many threads.
///
/// The person must have been verified by the authenticator, each time: so a passkey is something she has and
/// something she knows or is, both factors. No attestation is asked for, and none is believed: who made an
/// authenticator proves nothing here.
public final class WebAuthn {
    /// A client's data has some 200 octets.
    static final int CLIENT_DATA_LIMIT_BYTES = 4 * 1024;

    /// A key without attestation has some 300 octets, one of RSA some 700.
    static final int ATTESTATION_LIMIT_BYTES = 16 * 1024;

    static final int AUTHENTICATOR_DATA_LIMIT_BYTES = 4 * 1024;
    static final int SIGNATURE_LIMIT_BYTES = 1_024;
    static final int USER_HANDLE_LIMIT_BYTES = 64;

    /// The kinds of keys that are taken, the best first: Ed25519, ECDSA on P-256, RSA.
    public static final List<Long> ALGORITHMS = List.of(-8L, -7L, -257L);

    private WebAuthn() {}

    /// For whom passkeys are: they open nothing elsewhere.
    ///
    /// @param id the domain
    /// @param origin where the pages are, as a browser has it
    public record Party(String id, String origin) {
        /// Of an address of the pages; empty where no browser makes passkeys for it: one without TLS, unless it
        /// is this machine's own, and one of numbers.
        public static Optional<Party> of(String url) {
            URI uri;
            try {
                uri = new URI(url);
            } catch (URISyntaxException e) {
                return Optional.empty();
            }
            String host = Optional.ofNullable(uri.getHost()).orElse("").toLowerCase(Locale.ROOT);
            boolean named = host.matches("([a-z0-9-]+\\.)*[a-z][a-z0-9-]*");
            boolean here = host.equals("localhost") || host.endsWith(".localhost");
            boolean tls = "https".equals(uri.getScheme());
            if (!named || uri.getRawUserInfo() != null || !(tls || (here && "http".equals(uri.getScheme())))) {
                return Optional.empty();
            }
            boolean usual = uri.getPort() < 0 || uri.getPort() == (tls ? 443 : 80);
            return Optional.of(
                    new Party(host, (tls ? "https://" : "http://") + host + (usual ? "" : ":" + uri.getPort())));
        }
    }

    /// A passkey that was just made, as a browser brings it.
    public record Creation(Octets clientData, Octets attestation, List<String> transports) {
        public Creation {
            transports = List.copyOf(transports);
        }
    }

    /// What came of a [Creation].
    public sealed interface Created {
        record Good(Fresh made) implements Created {}

        /// It is not to be kept.
        ///
        /// @param why for the log
        record Refused(String why) implements Created {}
    }

    /// A signature by a passkey, as a browser brings it.
    ///
    /// @param credential which passkey it says it is by
    /// @param userHandle whose that is by the authenticator's word; absent where it does not tell
    public record Assertion(
            Octets credential,
            Octets clientData,
            Octets authenticatorData,
            Octets signature,
            Optional<Octets> userHandle) {}

    /// What came of an [Assertion].
    public sealed interface Asserted {
        /// She holds it.
        ///
        /// @param counter how many signatures the authenticator has made by its own count
        record Good(long counter) implements Asserted {}

        /// The signature is right, but the authenticator counted less than the last time: there is a copy
        /// of it.
        record Behind(long counter) implements Asserted {}

        /// Nothing is proven.
        ///
        /// @param why for the log
        record Refused(String why) implements Asserted {}
    }

    /// What is only needed once there is a passkey, and takes a while to load.
    private static final class Library {
        private static final ObjectConverter CONVERTER = new ObjectConverter();
        private static final WebAuthnManager MANAGER = WebAuthnManager.createNonStrictWebAuthnManager(CONVERTER);
        private static final List<PublicKeyCredentialParameters> KINDS = ALGORITHMS.stream()
                .map(a -> new PublicKeyCredentialParameters(
                        PublicKeyCredentialType.PUBLIC_KEY, COSEAlgorithmIdentifier.create(a)))
                .toList();
    }

    private static ServerProperty server(Party party, String challenge) {
        return ServerProperty.builder()
                .origin(new Origin(party.origin()))
                .rpId(party.id())
                .challenge(new DefaultChallenge(challenge.getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    /// What an authenticator knows a person by: her id, which is random and for good.
    public static Octets userHandle(String person) {
        return Octets.of(person.getBytes(StandardCharsets.UTF_8));
    }

    /// Checks a passkey that is to be kept.
    ///
    /// @param challenge what was to be signed
    public static Created created(Party party, String challenge, Creation creation) {
        if (creation.clientData().sizeBytes() > CLIENT_DATA_LIMIT_BYTES
                || creation.attestation().sizeBytes() > ATTESTATION_LIMIT_BYTES) {
            return new Created.Refused("it is too large");
        }
        try {
            RegistrationData data = Library.MANAGER.verify(
                    new RegistrationRequest(
                            creation.attestation().toBytes(),
                            creation.clientData().toBytes()),
                    new RegistrationParameters(server(party, challenge), Library.KINDS, true, true));
            return Optional.ofNullable(data.getAttestationObject())
                    .map(object -> object.getAuthenticatorData())
                    .flatMap(made -> fresh(made, creation.transports()))
                    .<Created>map(Created.Good::new)
                    .orElseGet(() -> new Created.Refused("there is no key in it"));
        } catch (RuntimeException notAsItMustBe) { // whatever a stranger's octets make the library say
            return new Created.Refused(why(notAsItMustBe));
        }
    }

    private static Optional<Fresh> fresh(AuthenticatorData<?> made, List<String> transports) {
        return Optional.ofNullable(made.getAttestedCredentialData())
                .map(key -> new Fresh(
                        Octets.of(key.getCredentialId()),
                        Octets.of(Library.CONVERTER.getCborMapper().writeValueAsBytes(key.getCOSEKey())),
                        made.getSignCount(),
                        key.getAaguid().toString(),
                        transports,
                        made.isFlagBE()));
    }

    /// Checks that somebody holds a passkey, and was verified by its authenticator.
    ///
    /// @param challenge what was to be signed
    /// @param known the passkey that the assertion names
    public static Asserted asserted(Party party, String challenge, Passkey known, Assertion assertion) {
        if (assertion.clientData().sizeBytes() > CLIENT_DATA_LIMIT_BYTES
                || assertion.authenticatorData().sizeBytes() > AUTHENTICATOR_DATA_LIMIT_BYTES
                || assertion.signature().sizeBytes() > SIGNATURE_LIMIT_BYTES) {
            return new Asserted.Refused("it is too large");
        }
        if (!assertion.credential().equals(known.made().credential())
                || assertion
                        .userHandle()
                        .filter(handle -> !handle.equals(userHandle(known.person())))
                        .isPresent()) {
            return new Asserted.Refused("it is somebody else's");
        }
        byte[] credential = assertion.credential().toBytes();
        try {
            COSEKey key = Library.CONVERTER
                    .getCborMapper()
                    .readValue(known.made().key().toBytes(), COSEKey.class);
            CredentialRecordImpl kept = new CredentialRecordImpl(
                    new NoneAttestationStatement(),
                    true,
                    known.made().synced(),
                    known.made().synced(),
                    known.counter(),
                    new AttestedCredentialData(new AAGUID(known.made().maker()), credential, key),
                    new AuthenticationExtensionsAuthenticatorOutputs<>(),
                    null, // what the client said when it was made plays no part any more
                    null,
                    null);
            var data = Library.MANAGER.verify(
                    new AuthenticationRequest(
                            credential,
                            assertion
                                    .userHandle()
                                    .orElse(userHandle(known.person()))
                                    .toBytes(),
                            assertion.authenticatorData().toBytes(),
                            assertion.clientData().toBytes(),
                            assertion.signature().toBytes()),
                    new AuthenticationParameters(server(party, challenge), kept, List.of(credential), true, true));
            return Optional.ofNullable(data.getAuthenticatorData())
                    .<Asserted>map(told -> new Asserted.Good(told.getSignCount()))
                    .orElseGet(() -> new Asserted.Refused("it tells nothing"));
        } catch (MaliciousCounterValueException e) {
            return new Asserted.Behind(e.getPresentedCounter());
        } catch (RuntimeException notAsItMustBe) { // whatever a stranger's octets make the library say
            return new Asserted.Refused(why(notAsItMustBe));
        }
    }

    private static String why(RuntimeException e) {
        return e.getClass().getSimpleName() + ": " + Lines.of(e);
    }
}
