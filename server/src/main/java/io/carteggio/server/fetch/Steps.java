package io.carteggio.server.fetch;

/// Hears how opening a mailbox goes. A step that began and was not done is the one that failed.
public interface Steps {
    /// For who does not want to know.
    Steps SILENT = new Steps() {
        @Override
        public void begin(Step step) {}

        @Override
        public void done(String detail) {}

        @Override
        public void warn(String text) {}
    };

    /// In their order.
    enum Step {
        RESOLVE("resolve"),
        CONNECT("connect"),
        TLS("tls"),
        LOG_IN("log in"),
        FOLDER("folder"),
        RIGHTS("rights"),
        MARKER("marker");

        private final String word;

        Step(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    void begin(Step step);

    /// The step that began last is done.
    ///
    /// @param detail for people: an address, a protocol version; never a secret
    void done(String detail);

    /// Something that works and should not be left so.
    void warn(String text);
}
