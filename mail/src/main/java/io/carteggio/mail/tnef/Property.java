package io.carteggio.mail.tnef;

/// Numbers of the properties that are read, and types of values ([MS-OXPROPS], [MS-OXCDATA] 2.11.1).
final class Property {
    static final int STRING = 0x001E;
    static final int UNICODE = 0x001F;
    static final int OBJECT = 0x000D;
    static final int BINARY = 0x0102;

    static final int MESSAGE_CLASS = 0x001A;
    static final int SUBJECT = 0x0037;
    static final int SUBMITTED = 0x0039;
    static final int REPRESENTED_NAME = 0x0042;
    static final int REPRESENTED_ADDRESS = 0x0065;
    static final int TRANSPORT_HEADER = 0x007D;
    static final int RECIPIENT_TYPE = 0x0C15;
    static final int SENDER_NAME = 0x0C1A;
    static final int SENDER_ADDRESS = 0x0C1F;
    static final int DISPLAY_CC = 0x0E03;
    static final int DISPLAY_TO = 0x0E04;
    static final int BODY = 0x1000;
    static final int RTF = 0x1009;
    static final int HTML = 0x1013;
    static final int MESSAGE_ID = 0x1035;
    static final int DISPLAY_NAME = 0x3001;
    static final int ADDRESS = 0x3003;
    static final int DATA = 0x3701;
    static final int FILE_NAME = 0x3704;
    static final int LONG_FILE_NAME = 0x3707;
    static final int MEDIA_TYPE = 0x370E;
    static final int CONTENT_ID = 0x3712;
    static final int SMTP_ADDRESS = 0x39FE;
    static final int SENDER_SMTP = 0x5D01;
    static final int REPRESENTED_SMTP = 0x5D02;

    /// No property, but the name of an attachment in the attribute of its own.
    static final int TITLE = -1;

    private Property() {}
}
