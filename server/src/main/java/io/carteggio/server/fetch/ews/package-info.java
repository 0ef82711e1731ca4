/// Mailboxes of Exchange Server by its web services (EWS: SOAP over HTTPS). Start at [EwsProtocol].
///
/// From the bottom: [HttpConnection] moves requests and answers, [EwsSession] logs in and waits where the
/// server asks for it, [SoapReader] reads what it says, [EwsMailbox] asks. [Requests], [Ntlm], [Patience]
/// and [Codes] are functions of their arguments.
@NullMarked
package io.carteggio.server.fetch.ews;

import org.jspecify.annotations.NullMarked;
