package io.carteggio.server.web.page;

/// A piece of a text that is shown.
///
/// @param marked whether it is what was looked for
public record Piece(String text, boolean marked) {}
