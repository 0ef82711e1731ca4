/// The archive on the web: set-up, log-in, search, letters, and the administrator's pages. Start at [WebServer]; the
/// table of all pages with who may see them is [Routes].
///
/// Pages are made on the server and need no scripts. A letter's bytes come only from
/// [io.carteggio.archive.access.Reading] (P10), and its HTML reaches a browser only through [MailHtml], in a sandboxed
/// frame. Nothing here decides who may see a letter; nothing here writes into the archive but acts. Each request runs
/// on a virtual thread of its own.
@NullMarked
package io.carteggio.server.web;

import org.jspecify.annotations.NullMarked;
