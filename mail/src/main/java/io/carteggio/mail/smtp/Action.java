package io.carteggio.mail.smtp;

/// What the server does after it has sent the reply of a [Step].
public sealed interface Action {
    /// Read the next line and give it to [Dialog#on].
    record Listen() implements Action {}

    /// Read a mail up to its CRLF.CRLF with a [DataDecoder], of at most this many octets, then
    /// [Dialog#afterData]. The mail must be opened before the reply (354) goes out; where that fails,
    /// [Dialog#afterData] gives the reply to send in its place.
    record ReceiveData(long maxBytes) implements Action {}

    /// Read exactly so many octets of the mail, then [Dialog#afterChunk]. There is no reply before.
    record ReceiveChunk(long sizeBytes, boolean last) implements Action {}

    /// Read and drop exactly so many octets, only then send the reply of this step, then read the next line.
    record SwallowChunk(long sizeBytes) implements Action {}

    /// Begin the TLS handshake, then [Dialog#afterHandshake]. Where octets have already come after the command,
    /// send [Dialog#afterInjection] instead of the reply.
    record StartTls() implements Action {}

    /// Close the connection.
    record Close() implements Action {}
}
