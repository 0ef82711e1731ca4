package io.carteggio.server.fetch;

import java.util.List;
import java.util.Optional;

/// The protocols that this program speaks, handed in where everything is put together.
public record Protocols(List<MailboxProtocol> all) {
    public Protocols {
        all = List.copyOf(all);
    }

    public Optional<MailboxProtocol> named(String word) {
        return all.stream().filter(p -> p.word().equals(word)).findFirst();
    }
}
