package io.carteggio.server.web;

import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.server.login.OpenId;
import io.carteggio.server.sync.ldap.LdapLogIn;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.time.Clock;

/// All that handlers of pages share. Everything in it is safe for many threads.
record Site(
        WebConfig config,
        ArchiveDesk desk,
        Clock clock,
        Tokens tokens,
        Sessions sessions,
        Invitations invitations,
        SetUp setUp,
        Brake brake,
        FailedLogIns failedLogIns,
        Passwords passwords,
        SecondFactors secondFactors,
        Halves halves,
        UsedStates usedStates,
        OpenId openId,
        LdapLogIn ldap,
        Assets assets,
        Views views) {
    static Site of(WebConfig config, ArchiveDesk desk, Clock clock) {
        Tokens tokens = new Tokens();
        Assets assets = Assets.load();
        return new Site(
                config,
                desk,
                clock,
                tokens,
                new Sessions(clock, tokens),
                new Invitations(clock, tokens),
                new SetUp(desk.roles(), tokens),
                new Brake(clock),
                new FailedLogIns(desk.acts(), clock),
                new Passwords(),
                new SecondFactors(desk, clock),
                new Halves(clock, tokens),
                new UsedStates(clock),
                new OpenId(() -> desk.logIns().settings(Way.OIDC), desk.secrets(OpenId.SECRETS), clock),
                new LdapLogIn(),
                assets,
                new Views());
    }

    /// Instants and numbers as they are written where they stay: in requests and the audit trail.
    Words kept() {
        return words(Language.ENGLISH);
    }

    /// Instants and numbers as pages in a language write them.
    Words words(Language language) {
        return new Words(config.zone(), Texts.in(language));
    }
}
