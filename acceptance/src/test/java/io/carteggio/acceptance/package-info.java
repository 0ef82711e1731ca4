/// Tests of the built program, as its users meet it: the script `./carteggio`, a data directory, real ports on
/// loopback, a real Postfix, a real browser. Start at [Program], which also gives commands that are beside the matter
/// without a process for each.
///
/// Tests that start another process carry the tag `peers`. What needs nothing but classes ([BoundariesTest])
/// does not, so that the quick check runs it too. Nothing here reaches into the program: what is asserted, a
/// user could see.
@NullMarked
package io.carteggio.acceptance;

import org.jspecify.annotations.NullMarked;
