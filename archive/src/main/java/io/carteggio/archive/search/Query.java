package io.carteggio.archive.search;

/// What a user's text means. The whole grammar: `docs/search.md`.
///
/// Placeholder of the first hour: the search helper replaces this by the sealed AST with its parser.
public sealed interface Query {
    /// Every letter.
    record All() implements Query {}
}
