@NullMarked
package io.carteggio.mail.mime;

import org.jspecify.annotations.NullMarked;
