package io.carteggio.server.web;

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
                assets,
                new Views());
    }

    /// Instants and numbers as this site writes them.
    Words words() {
        return new Words(config.zone());
    }
}
