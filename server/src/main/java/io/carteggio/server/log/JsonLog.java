package io.carteggio.server.log;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The log for programs that collect logs: an object a line (RFC 8259), with `at`, `level`, `logger`, `thread`,
/// `message`, `fields` where the message names values (`peer=…`), and `stack` where something was thrown.
///
/// Safe for many threads.
public final class JsonLog extends EncoderBase<ILoggingEvent> {
    /// A value in a message's pattern, with its name before it or without.
    private static final Pattern VALUE = Pattern.compile("(?:([A-Za-z]\\w*)=)?\\{}");

    private static final byte[] NOTHING = {};

    /// From now on the process's log is written so, wherever it goes.
    public static void begin() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Iterator<Appender<ILoggingEvent>> appenders =
                context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
        while (appenders.hasNext()) {
            if (appenders.next() instanceof OutputStreamAppender<ILoggingEvent> appender) {
                JsonLog log = new JsonLog();
                log.setContext(context);
                log.start();
                appender.setEncoder(log);
            }
        }
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("at", event.getInstant().toString())
                .put("level", event.getLevel().toString())
                .put("logger", event.getLoggerName())
                .put("thread", event.getThreadName())
                .put("message", event.getFormattedMessage());
        ObjectNode fields = fields(event);
        if (!fields.isEmpty()) {
            line.set("fields", fields);
        }
        if (event.getThrowableProxy() != null) {
            line.put("stack", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode fields(ILoggingEvent event) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        Object[] values = event.getArgumentArray();
        Matcher value = VALUE.matcher(event.getMessage());
        for (int i = 0; values != null && i < values.length && value.find(); i++) {
            String name = value.group(1);
            if (name != null) {
                if (values[i] instanceof Long || values[i] instanceof Integer) {
                    fields.put(name, ((Number) values[i]).longValue());
                } else {
                    fields.put(name, String.valueOf(values[i]));
                }
            }
        }
        return fields;
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
