package io.carteggio.mail.mime;

import io.carteggio.mail.Address;

/// One address of a header field, with the name shown beside it; the name is empty where there is none.
public record Mailbox(String name, Address address) {}
