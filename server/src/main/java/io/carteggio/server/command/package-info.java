/// The commands: `./carteggio NAME …` (DESIGN 6). Start at [Main], then [Carteggio], which has a line per command.
///
/// Each command has two halves. The outer one (`…Command`) reads arguments and files, prints, and knows nothing
/// of the archive; the inner one (`…Operations`) runs where the archive is open, which may be another process
/// (`io.carteggio.server.local`). Between them go JSON and octets, so that a command behaves the same with and
/// without a running server.
///
/// The names of the commands and of the fields of their JSON, and the exit codes, are a contract: scripts rely on them.
/// Nothing here goes round the intake, the scope or the audit trail.
@NullMarked
package io.carteggio.server.command;

import org.jspecify.annotations.NullMarked;
