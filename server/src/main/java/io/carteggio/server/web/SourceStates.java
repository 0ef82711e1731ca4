package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.server.smtp.MailExchangers.Answer;
import io.carteggio.server.web.page.SourceView;
import io.carteggio.server.web.page.SourceView.Check;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What has arrived of a source, and whether what it needs is there: what its page waits for.
final class SourceStates {
    /// Only where so few letters are in the archive are their recipients counted: it is for the first ones.
    private static final int COUNTED_LETTERS = 1_000;

    private final Site site;

    SourceStates(Site site) {
        this.site = site;
    }

    SourceView.State state(Visit visit, Source source) throws ArchiveException {
        Books.Account account = site.desk().catalogue().books().sources().stream()
                .filter(a -> a.source().equals(source.name()))
                .findFirst()
                .orElse(Books.Account.nothing(source.name()));
        Seen seen = seen(source.name());
        String says = account.received() == 0
                ? visit.say("source.state.waiting")
                : seen.complete()
                        ? visit.texts()
                                .count(
                                        "source.state.first",
                                        account.letters(),
                                        visit.texts().count("source.recipients", seen.recipients()))
                        : visit.texts().count("source.state.many", account.letters());
        return new SourceView.State(
                SourcePages.url(source.name()) + "/state",
                account.received() > 0,
                says,
                account.quarantined() == 0
                        ? Optional.empty()
                        : Optional.of(visit.texts().count("source.state.quarantined", account.quarantined())),
                site.desk().catalogue().lastReport(source.name()).map(visit.words()::exact),
                source.listening() ? checks(visit, source, seen) : List.of());
    }

    /// What the letters of a source tell, while they are few.
    ///
    /// @param complete whether all were looked at
    /// @param outside a host outside of this network that delivered
    private record Seen(boolean complete, int recipients, Optional<String> outside) {}

    private Seen seen(String source) throws ArchiveException {
        var catalogue = site.desk().catalogue();
        if (catalogue.letters() > COUNTED_LETTERS) {
            return new Seen(false, 0, Optional.empty());
        }
        Set<String> recipients = new HashSet<>();
        Optional<String> outside = Optional.empty();
        for (CataloguedLetter letter : catalogue.lettersAfter(0, COUNTED_LETTERS)) {
            for (Testimony testimony : catalogue.testimonies(letter.number())) {
                if (testimony.entry().source().equals(source)) {
                    for (Addressee addressee : testimony.entry().addressees()) {
                        recipients.add(letter.number() + " "
                                + addressee.told().address().key());
                    }
                    outside = outside.or(
                            () -> testimony.entry().provenance().peer().filter(SourceStates::isOutside));
                }
            }
        }
        return new Seen(true, recipients.size(), outside);
    }

    private static boolean isOutside(String peer) {
        try {
            InetAddress address = InetAddress.getByName(peer); // an address: nobody is asked
            return !address.isLoopbackAddress() && !address.isSiteLocalAddress() && !address.isLinkLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private List<Check> checks(Visit visit, Source source, Seen seen) {
        List<Check> checks = new ArrayList<>();
        String address = source.address().map(Address::raw).orElse("");
        checks.add(name(visit, address.substring(address.lastIndexOf('@') + 1)));
        site.desk()
                .listening()
                .flatMap(ArchiveDesk.Listening::certificate)
                .ifPresent(c -> checks.add(certificate(visit, c)));
        if (source.family() == Family.REPORT) {
            boolean alternate = site.desk().sources().all().stream().anyMatch(s -> s.family() == Family.NDR);
            checks.add(check(
                    visit,
                    alternate ? "good" : "bad",
                    visit.say("check.ndr"),
                    alternate ? "" : visit.say("check.ndr.none")));
        }
        checks.add(check(
                visit,
                seen.outside().isPresent() ? "good" : "unknown",
                visit.say("check.outside"),
                seen.outside()
                        .map(peer -> visit.say("check.outside.seen", peer))
                        .orElseGet(() -> visit.say("check.outside.unknown"))));
        return checks;
    }

    private Check name(Visit visit, String domain) {
        String label = visit.say("check.name", domain);
        return switch (site.desk().exchangers().of(domain)) {
            case Answer.Hosts hosts ->
                hosts.areExchangeOnline()
                        ? check(visit, "bad", label, visit.say("source.exchange-online", domain))
                        : check(visit, "good", label, String.join(", ", hosts.hosts()));
            case Answer.Nowhere() -> check(visit, "bad", label, visit.say("check.name.none"));
            case Answer.Unknown(String why) -> check(visit, "unknown", label, visit.say("check.name.unknown", why));
        };
    }

    private Check certificate(Visit visit, X509Certificate certificate) {
        boolean own = certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
        boolean over =
                certificate.getNotAfter().toInstant().isBefore(site.clock().instant());
        String until = visit.say(
                "check.certificate.until",
                certificate.getSubjectX500Principal().getName(),
                visit.words().day(certificate.getNotAfter().toInstant()));
        return check(
                visit,
                over ? "bad" : own ? "unknown" : "good",
                visit.say("check.certificate"),
                own ? until + ". " + visit.say("check.certificate.own") : until);
    }

    private static Check check(Visit visit, String found, String label, String detail) {
        return new Check(found, visit.say("check." + found), label, detail);
    }
}
