/// How the commands reach the archive: operations by name, called in this process or through a Unix socket. Start at
/// [Access] (the caller's side) and [Operation] (the archive's side).
///
/// One process has a data directory open at a time. It calls its [Operations] directly and serves them at
/// `DIR/carteggio.sock` ([LocalServer]); every other command of the same user speaks to that socket
/// ([OverSocket]). Both ways run the same objects, so a command cannot tell them apart. What protects the
/// socket is its mode 0600: who may open it may read the data directory anyway.
///
/// This package knows frames, JSON and streams. It never knows what an operation does, and never opens a path that a
/// peer named: octets travel in the frames.
@NullMarked
package io.carteggio.server.local;

import org.jspecify.annotations.NullMarked;
