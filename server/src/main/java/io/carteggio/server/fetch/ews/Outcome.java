package io.carteggio.server.fetch.ews;

import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// What became of one thing that was asked for, as a response message or a fault tells it.
///
/// @param told how long the server wants us to stay away
/// @param serverBusy whether it is busy as a whole, not only with this
record Outcome(boolean success, String code, String text, boolean busy, boolean serverBusy, Optional<Duration> told) {
    private static final String SERVER_BUSY = "ErrorServerBusy";
    private static final String INTERNAL = "ErrorInternalServerError";

    /// Hears the elements of a response message that are neither code nor text, and goes through each.
    interface Payload {
        void element(SoapReader in) throws IOException;
    }

    boolean gone() {
        return code.equals(Codes.GONE);
    }

    String said() {
        return Lines.of(text.isEmpty() ? code : code + " (" + text + ")");
    }

    FetchException trouble(String what) {
        Kind kind = busy ? Kind.BUSY : Codes.kind(code);
        return new FetchException(kind, "the server refuses " + what + ": " + said(), told);
    }

    /// Reads the response message that the reader is at.
    static Outcome message(SoapReader in, Payload payload) throws IOException {
        boolean success = in.attribute("ResponseClass").orElse("").equals("Success");
        String code = "";
        String text = "";
        Values values = new Values();
        while (in.child()) {
            if (in.is(SoapReader.MESSAGES, "ResponseCode")) {
                code = in.text();
            } else if (in.is(SoapReader.MESSAGES, "MessageText")) {
                text = in.text();
            } else if (in.is(SoapReader.MESSAGES, "MessageXml")) {
                values.read(in);
            } else if (in.is(SoapReader.MESSAGES, "DescriptiveLinkKey")) {
                in.skip();
            } else {
                payload.element(in);
            }
        }
        return of(success && code.equals(Codes.NO_ERROR), code, text, values);
    }

    /// Reads the SOAP fault that the reader is at.
    static Outcome fault(SoapReader in) throws IOException {
        String code = "";
        String text = "";
        Optional<String> better = Optional.empty();
        Values values = new Values();
        while (in.child()) {
            switch (in.name()) {
                case "faultcode" -> {
                    String qualified = in.text();
                    code = qualified.substring(qualified.indexOf(':') + 1);
                }
                case "faultstring" -> text = in.text();
                case "detail" -> {
                    while (in.child()) {
                        if (in.is(SoapReader.ERRORS, "ResponseCode")) {
                            better = Optional.of(in.text());
                        } else if (in.is(SoapReader.TYPES, "MessageXml")) {
                            values.read(in);
                        } else {
                            in.skip();
                        }
                    }
                }
                default -> in.skip();
            }
        }
        return of(false, better.orElse(code), text, values);
    }

    private static Outcome of(boolean success, String code, String text, Values values) {
        boolean wrapped = values.busy || (code.equals(INTERNAL) && text.contains(SERVER_BUSY));
        boolean all = !success && (wrapped || code.equals(SERVER_BUSY));
        return new Outcome(success, code, text, all || (!success && Codes.busy(code)), all, values.told);
    }

    /// What a `MessageXml` has.
    private static final class Values {
        private boolean busy;
        private Optional<Duration> told = Optional.empty();

        void read(SoapReader in) throws IOException {
            while (in.child()) {
                if (!in.is(SoapReader.TYPES, "Value")) {
                    in.skip();
                    continue;
                }
                String name = in.attribute("Name").orElse("");
                String value = in.text();
                busy |= value.equals(SERVER_BUSY);
                if (name.equals("BackOffMilliseconds") && value.matches("\\d{1,15}")) {
                    told = Optional.of(Duration.ofMillis(Long.parseLong(value)));
                    busy = true;
                }
            }
        }
    }
}
