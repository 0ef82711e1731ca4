package io.carteggio.server.ledger;

import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/// Reads what a time-stamp authority replied (RFC 3161, 2.4.2): whether it stamps just these octets, with a
/// certificate made for that. Pure; safe for many threads.
public final class TimestampReply {
    private TimestampReply() {}

    /// What came of reading a reply.
    public sealed interface Reading {
        /// A stamp for the octets.
        ///
        /// @param at when the authority says that it saw the hash
        /// @param authority who signs, as its certificate names it
        /// @param trusted whether its certificate leads to a given one
        record Stamped(Instant at, String authority, boolean trusted) implements Reading {}

        record Refused(String why) implements Reading {}
    }

    /// Verifies a reply that was kept.
    ///
    /// @param stamped the octets that the stamp is for
    /// @param trusted certificates of authorities; where there are none, any authority will do, and the reading
    ///     says so
    public static Reading read(byte[] reply, byte[] stamped, List<X509Certificate> trusted) {
        return read(reply, stamped, trusted, Optional.empty());
    }

    /// Verifies a fresh reply, which must also be the answer to the request.
    static Reading read(
            byte[] reply, byte[] stamped, List<X509Certificate> trusted, Optional<TimeStampRequest> request) {
        TimeStampResponse response;
        try {
            response = new TimeStampResponse(reply);
        } catch (IOException | TSPException | RuntimeException e) {
            // Bouncy Castle also throws unchecked exceptions for octets that are not of their form.
            return new Reading.Refused("the reply is no time stamp");
        }
        TimeStampToken token = response.getTimeStampToken();
        boolean granted =
                response.getStatus() == PKIStatus.GRANTED || response.getStatus() == PKIStatus.GRANTED_WITH_MODS;
        if (token == null || !granted) {
            return new Reading.Refused("the authority gives no stamp: "
                    + Optional.ofNullable(response.getStatusString()).orElse("status " + response.getStatus()));
        }
        try {
            if (request.isPresent()) {
                response.validate(request.get());
            }
            return stamped(token, stamped, trusted);
        } catch (TSPException | GeneralSecurityException | OperatorCreationException | RuntimeException e) {
            return new Reading.Refused("the stamp is not right: " + e.getMessage());
        }
    }

    private static Reading stamped(TimeStampToken token, byte[] stamped, List<X509Certificate> trusted)
            throws GeneralSecurityException, TSPException, OperatorCreationException {
        var info = token.getTimeStampInfo();
        if (!info.getMessageImprintAlgOID().equals(TSPAlgorithms.SHA256)
                || !Arrays.equals(
                        info.getMessageImprintDigest(), Sha256.of(stamped).toBytes())) {
            return new Reading.Refused("the stamp is for something else");
        }
        Optional<X509CertificateHolder> found = token.getCertificates().getMatches(null).stream()
                .filter(token.getSID()::match)
                .findFirst();
        if (found.isEmpty()) {
            return new Reading.Refused("the stamp comes without its authority's certificate");
        }
        X509CertificateHolder holder = found.get();
        // Signature, and that the certificate was valid then and is for time stamping and nothing else.
        token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(holder));
        X509Certificate signer = new JcaX509CertificateConverter().getCertificate(holder);
        if (!trusted.isEmpty() && !leadsTo(signer, token, trusted, info.getGenTime())) {
            return new Reading.Refused(
                    "the stamp is by " + signer.getSubjectX500Principal().getName() + ", which is not trusted");
        }
        return new Reading.Stamped(
                info.getGenTime().toInstant(), signer.getSubjectX500Principal().getName(), !trusted.isEmpty());
    }

    /// RFC 5280 path, as it stood when the stamp was made. Revocation is not asked for: that would tell the
    /// world what is checked when.
    private static boolean leadsTo(X509Certificate signer, TimeStampToken token, List<X509Certificate> trusted, Date at)
            throws GeneralSecurityException {
        if (trusted.contains(signer)) {
            return true;
        }
        List<Certificate> between = new ArrayList<>();
        for (X509CertificateHolder holder : token.getCertificates().getMatches(null)) {
            between.add(new JcaX509CertificateConverter().getCertificate(holder));
        }
        Set<TrustAnchor> anchors = new HashSet<>();
        trusted.forEach(certificate -> anchors.add(new TrustAnchor(certificate, null)));
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(signer);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(between)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        try {
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// Certificates out of a PEM text.
    ///
    /// @throws IllegalArgumentException where there is none in it
    public static List<X509Certificate> certificates(String pem) {
        try {
            List<X509Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no certificate in PEM form: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("no certificate in PEM form");
    }
}
