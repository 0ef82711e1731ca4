@org.jspecify.annotations.NullMarked
package io.carteggio.archive;
