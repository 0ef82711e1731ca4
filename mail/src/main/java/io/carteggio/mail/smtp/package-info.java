/// The grammar and the rules of a mail transaction (RFC 5321 and its extensions), as functions. Start at
/// [Dialog].
///
/// A conversation is `(State, Line) → Step(State, Reply, Action)`: a table of strings tests all of it. Nothing
/// here reads a socket, a clock or a file, and nothing here knows what becomes of a mail;
/// `io.carteggio.server.smtp` moves the bytes and keeps time. All types are immutable and safe for many threads,
/// except [DataDecoder] and [DataEncoder], which belong to one mail.
@NullMarked
package io.carteggio.mail.smtp;

import org.jspecify.annotations.NullMarked;
