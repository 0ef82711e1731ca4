package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The one table of all pages: where, who may, what happens.
final class Routes {
    private Routes() {}

    enum Method {
        GET,
        POST
    }

    /// Who may ask for a page. Whose letters she then sees is not decided here but by the archive's
    /// scope.
    enum Who {
        /// Everybody, also before the archive is set up.
        ANYBODY,
        /// Everybody, once there is an administrator.
        VISITOR,
        /// Who is logged in.
        PERSON,
        AUDITOR,
        ADMINISTRATOR,
        /// Administrators and data-protection officers.
        OVERSEER
    }

    /// What a page does. It answers through the visit.
    @FunctionalInterface
    interface Action {
        void answer(Visit visit) throws ArchiveException, IOException, Busy;
    }

    /// @param path with `{names}` of path parameters
    /// @param fresh whether it takes a password given a moment ago: it changes who may do what
    /// @param doc what is said of it to programs, where it is for them
    record Route(Method method, String path, Who who, Action action, boolean fresh, Optional<ApiDoc> doc) {
        /// Whether a file comes with the form.
        boolean takesFile() {
            return path.equals(AgentPages.IMPORT) || path.equals(AgentPages.IMPORT + "/add");
        }
    }

    static List<Route> all(Site site) {
        var logIn = new LogInPages(site);
        var openId = new OpenIdPages(site, logIn);
        var account = new AccountPages(site);
        var passkeys = new PasskeyPages(site, logIn);
        var search = new SearchPages(site);
        var aids = new SearchAids(site);
        var open = new OpenLetters(site);
        var letters = new LetterPages(site, open);
        var downloads = new LetterDownloads(site, open);
        var back = new GiveBackPages(site, open);
        var saved = new SavedPages(site);
        var books = new BooksPages(site);
        var sources = new SourcePages(site);
        var wizard = new SourceWizardPages(site);
        var jobs = new JobPages(site);
        var people = new PeoplePages(site);
        var roles = new RolePages(site, people);
        var approvals = new ApprovalPages(site);
        var administration = new AdministrationPages(site);
        var steps = new FirstSteps(site);
        var domains = new DomainPages(site);
        var syncs = new SyncPages(site);
        var unknown = new UnknownPages(site);
        var rules = new RulePages(site);
        var agent = new AgentPages(site);
        var reports = new ReportPages(site);
        var backups = new BackupPages(site);
        var retention = new RetentionPages(site);
        var keys = new KeyPages(site);
        var alarms = new AlarmPages(site);
        var health = new HealthPages(site);
        var monitors = new MonitorPages(site);
        List<Route> routes = new ArrayList<>(List.of(
                get("/healthz", Who.ANYBODY, monitors::alive),
                get("/readyz", Who.ANYBODY, monitors::ready),
                get("/metrics", Who.ANYBODY, monitors::metrics), // asks for more itself
                get("/assets/{sum}/{name}", Who.ANYBODY, visit -> visit.asset(site.assets())),
                get("/set-up", Who.ANYBODY, logIn::waiting),
                get("/set-up/{token}", Who.ANYBODY, logIn::setUpForm),
                post("/set-up/{token}", Who.ANYBODY, logIn::setUp),
                get("/invitation/{token}", Who.VISITOR, logIn::invitationForm),
                post("/invitation/{token}", Who.VISITOR, logIn::acceptInvitation),
                get("/log-in", Who.VISITOR, logIn::form),
                post("/log-in", Who.VISITOR, logIn::logIn),
                get("/log-in/oidc", Who.VISITOR, openId::begin),
                get("/log-in/oidc/callback", Who.VISITOR, openId::back),
                get("/confirm/oidc", Who.PERSON, openId::again),
                post("/log-in/code", Who.VISITOR, logIn::logInWithCode),
                get("/account/second-factor", Who.PERSON, account::secondFactor),
                grave("/account/second-factor", Who.PERSON, account::turnOn),
                grave("/account/second-factor/off", Who.PERSON, account::turnOff),
                grave("/people/{person}/second-factor/off", Who.ADMINISTRATOR, people::endSecondFactor),
                get("/log-in/passkey", Who.VISITOR, passkeys::logInOptions),
                post("/log-in/passkey", Who.VISITOR, passkeys::logIn),
                get("/account/passkeys", Who.PERSON, passkeys::list),
                graveGet("/account/passkeys/options", Who.PERSON, passkeys::newOptions),
                grave("/account/passkeys", Who.PERSON, passkeys::add),
                grave("/account/passkeys/ask", Who.PERSON, passkeys::askAfterPassword),
                grave("/account/passkeys/{passkey}/remove", Who.PERSON, passkeys::remove),
                get("/confirm/passkey", Who.PERSON, passkeys::confirmOptions),
                post("/confirm/passkey", Who.PERSON, passkeys::confirm),
                grave("/people/{person}/passkeys/remove", Who.ADMINISTRATOR, people::endPasskeys),
                post("/log-out", Who.PERSON, logIn::logOut),
                get("/account", Who.PERSON, account::account),
                post("/account", Who.PERSON, account::changePassword),
                post("/account/language", Who.PERSON, account::chooseLanguage),
                get("/confirm", Who.PERSON, logIn::confirmForm),
                post("/confirm", Who.PERSON, logIn::confirm),
                post("/account/sessions/{session}/end", Who.PERSON, account::endSession),
                post("/people/{person}/sessions/end", Who.ADMINISTRATOR, people::endSessions),
                get("/", Who.PERSON, search::home),
                get("/search", Who.PERSON, search::search),
                get("/search/narrow", Who.PERSON, aids::narrow),
                get("/search/count", Who.PERSON, aids::count),
                get("/search/suggest", Who.PERSON, aids::suggest),
                get("/search/around", Who.PERSON, aids::around),
                get("/searches", Who.PERSON, saved::list),
                post("/searches", Who.PERSON, saved::save),
                post("/searches/{search}/name", Who.PERSON, saved::rename),
                post("/searches/{search}/remove", Who.PERSON, saved::remove),
                get("/letters/{id}", Who.PERSON, letters::letter),
                get("/letters/{id}/html", Who.PERSON, letters::html),
                // its cookie stays at home when the sandboxed frame asks; the address carries a pass instead
                get("/letters/{id}/pictures/{part}/{pass}", Who.VISITOR, letters::picture),
                get("/letters/{id}/attachments/{part}", Who.PERSON, downloads::attachment),
                get("/letters/{id}/letters/{part}", Who.PERSON, downloads::nested),
                get("/letters/{id}/print", Who.PERSON, letters::print),
                get("/letters/{id}/attachments/{part}/show", Who.PERSON, downloads::show),
                get("/letters/{id}/proof", Who.PERSON, downloads::proof),
                post("/letters/{id}/send", Who.PERSON, back::send),
                post("/letters/{id}/put-back", Who.PERSON, back::putBack),
                get("/letters/{id}/original", Who.PERSON, downloads::original),
                get("/letters/{id}/reports/{arrival}", Who.PERSON, downloads::report),
                get("/reason", Who.AUDITOR, search::reasonForm),
                post("/reason", Who.AUDITOR, search::stateReason),
                post("/reason/end", Who.AUDITOR, search::endReason),
                get("/books", Who.ADMINISTRATOR, books::books),
                get("/books/days", Who.ADMINISTRATOR, books::exportDays),
                get("/books/days/picture", Who.ADMINISTRATOR, books::exportPicture),
                get("/quarantine", Who.ADMINISTRATOR, books::quarantine),
                post("/quarantine/{arrival}/retry", Who.ADMINISTRATOR, books::retry),
                post("/quarantine/{arrival}/discard", Who.ADMINISTRATOR, books::discard),
                get("/jobs", Who.ADMINISTRATOR, jobs::list),
                get("/jobs/state", Who.ADMINISTRATOR, jobs::state),
                get("/jobs/{job}", Who.ADMINISTRATOR, jobs::job),
                post("/jobs/{job}/{act}", Who.ADMINISTRATOR, jobs::act),
                get("/trail", Who.OVERSEER, books::trail),
                get("/trail/export", Who.OVERSEER, books::exportTrail),
                get("/sources", Who.ADMINISTRATOR, sources::list),
                get("/sources/new", Who.ADMINISTRATOR, wizard::choose),
                get("/sources/new/{system}", Who.ADMINISTRATOR, wizard::form),
                post("/sources/new/{system}", Who.ADMINISTRATOR, wizard::create),
                get("/sources/{source}", Who.ADMINISTRATOR, sources::source),
                get("/sources/{source}/state", Who.ADMINISTRATOR, sources::state),
                post("/sources/{source}/test", Who.ADMINISTRATOR, sources::test),
                post("/sources/{source}/run", Who.ADMINISTRATOR, sources::run),
                get("/guides/{system}", Who.ADMINISTRATOR, GuidePages::guide),
                get("/administration", Who.ADMINISTRATOR, administration::all),
                get("/first-steps", Who.ADMINISTRATOR, steps::list),
                post("/first-steps", Who.ADMINISTRATOR, steps::dismiss),
                post("/first-steps/{step}", Who.ADMINISTRATOR, steps::skip),
                get("/health", Who.ADMINISTRATOR, health::health),
                post("/health/gaps/{arrival}/close", Who.ADMINISTRATOR, health::closeGap),
                get("/alarms", Who.ADMINISTRATOR, alarms::list),
                get("/alarms/state", Who.ADMINISTRATOR, alarms::state),
                post("/alarms/test", Who.ADMINISTRATOR, alarms::test),
                post("/alarms/set/{subject}", Who.ADMINISTRATOR, alarms::set),
                post("/alarms/run/{subject}", Who.ADMINISTRATOR, alarms::run),
                get("/backup", Who.ADMINISTRATOR, backups::backup),
                get("/keys", Who.ADMINISTRATOR, keys::keys),
                get("/keys/sheet", Who.ADMINISTRATOR, keys::sheet),
                grave("/keys/renew", Who.ADMINISTRATOR, keys::renew),
                get("/domains", Who.ADMINISTRATOR, domains::list),
                post("/domains", Who.ADMINISTRATOR, domains::add),
                post("/domains/{domain}/remove", Who.ADMINISTRATOR, domains::remove),
                get("/unknown", Who.ADMINISTRATOR, unknown::list),
                post("/unknown/preview", Who.ADMINISTRATOR, unknown::preview),
                grave("/unknown/assign", Who.ADMINISTRATOR, unknown::assign),
                get("/rules", Who.ADMINISTRATOR, rules::list),
                get("/rules/new", Who.ADMINISTRATOR, rules::form),
                post("/rules/new", Who.ADMINISTRATOR, rules::add),
                post("/rules/new/look", Who.ADMINISTRATOR, rules::lookNew),
                get("/rules/rule", Who.ADMINISTRATOR, rules::rule),
                post("/rules/rule", Who.ADMINISTRATOR, rules::change),
                post("/rules/rule/look", Who.ADMINISTRATOR, rules::look),
                get("/rules/confirm", Who.ADMINISTRATOR, rules::confirm),
                post("/rules/act/{act}", Who.ADMINISTRATOR, rules::act),
                get("/rules/settings", Who.ADMINISTRATOR, agent::settings),
                post("/rules/settings", Who.ADMINISTRATOR, agent::set),
                post("/rules/settings/route", Who.ADMINISTRATOR, agent::route),
                post("/rules/settings/forward", Who.ADMINISTRATOR, agent::forward),
                get("/rules/import", Who.ADMINISTRATOR, agent::importForm),
                post("/rules/import", Who.ADMINISTRATOR, agent::look),
                post("/rules/import/add", Who.ADMINISTRATOR, agent::add),
                get("/rules/export", Who.ADMINISTRATOR, agent::export),
                get("/reports", Who.ADMINISTRATOR, reports::list),
                post("/reports/again", Who.ADMINISTRATOR, reports::again),
                post("/reports/resume", Who.ADMINISTRATOR, reports::resume),
                // before what has a person in its place
                get("/people/sync", Who.ADMINISTRATOR, syncs::list),
                get("/people/sync/new/{protocol}", Who.ADMINISTRATOR, syncs::form),
                grave("/people/sync/new/{protocol}", Who.ADMINISTRATOR, syncs::create),
                get("/people/sync/{sync}", Who.ADMINISTRATOR, syncs::sync),
                get("/people/sync/{sync}/state", Who.ADMINISTRATOR, syncs::state),
                post("/people/sync/{sync}/look", Who.ADMINISTRATOR, syncs::look),
                get("/people/sync/{sync}/plan", Who.ADMINISTRATOR, syncs::plan),
                post("/people/sync/{sync}/run", Who.ADMINISTRATOR, syncs::run),
                grave("/people/sync/{sync}/confirm", Who.ADMINISTRATOR, syncs::confirm),
                grave("/people/sync/{sync}/schedule", Who.ADMINISTRATOR, syncs::schedule),
                post("/people/sync/{sync}/remove", Who.ADMINISTRATOR, syncs::remove),
                get("/people", Who.ADMINISTRATOR, people::list),
                grave("/people", Who.ADMINISTRATOR, people::add),
                get("/people/{person}", Who.ADMINISTRATOR, people::person),
                grave("/people/{person}/addresses", Who.ADMINISTRATOR, people::give),
                grave("/people/{person}/invitation", Who.ADMINISTRATOR, people::invite),
                get("/approvals", Who.OVERSEER, approvals::list),
                get(RetentionPages.URL, Who.OVERSEER, retention::retention),
                grave("/approvals/{request}", Who.OVERSEER, approvals::decide),
                grave("/mode", Who.OVERSEER, approvals::mode),
                grave("/people/{person}/roles", Who.ADMINISTRATOR, roles::give),
                grave("/people/{person}/roles/{grant}/withdraw", Who.ADMINISTRATOR, roles::withdraw)));
        routes.addAll(ApiRoutes.of(site, open, downloads, back));
        return List.copyOf(routes);
    }

    private static Route get(String path, Who who, Action action) {
        return new Route(Method.GET, path, who, action, false, Optional.empty());
    }

    private static Route post(String path, Who who, Action action) {
        return new Route(Method.POST, path, who, action, false, Optional.empty());
    }

    private static Route graveGet(String path, Who who, Action action) {
        return new Route(Method.GET, path, who, action, true, Optional.empty());
    }

    private static Route grave(String path, Who who, Action action) {
        return new Route(Method.POST, path, who, action, true, Optional.empty());
    }
}
