package io.carteggio.server.watch;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Alarms as JSON: an object a line in the file, the same objects in a webhook's message.
final class AlarmFile {
    private static final JsonMapper JSON = JsonMapper.shared();

    private AlarmFile() {}

    static String text(List<Alarm> alarms) {
        StringBuilder text = new StringBuilder();
        for (Alarm alarm : alarms) {
            ObjectNode line = object(alarm);
            line.put("grade", alarm.grade());
            ArrayNode told = line.putArray("told");
            for (Alarm.Told t : alarm.told()) {
                told.addObject()
                        .put("channel", t.channel())
                        .put("at", t.at().toString())
                        .put("standing", t.standing())
                        .put("grade", t.grade());
            }
            text.append(line).append('\n');
        }
        return text.toString();
    }

    /// An alarm as others see it.
    static ObjectNode object(Alarm alarm) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("number", alarm.number())
                .put("kind", alarm.kind().word())
                .put("subject", alarm.subject())
                .put("text", alarm.text())
                .put("opened", alarm.opened().toString())
                .put("last", alarm.last().toString())
                .put("times", alarm.times());
        alarm.closed().ifPresentOrElse(c -> line.put("closed", c.toString()), () -> line.putNull("closed"));
        return line;
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException where it says something else
    static List<Alarm> read(String text) {
        List<Alarm> alarms = new ArrayList<>();
        for (String line : text.lines().toList()) {
            try {
                alarms.add(alarm(JSON.readTree(line)));
            } catch (JacksonException | DateTimeException e) {
                throw new IllegalArgumentException("not an alarm: " + e.getMessage(), e);
            }
        }
        return alarms;
    }

    private static Alarm alarm(JsonNode line) {
        List<Alarm.Told> told = new ArrayList<>();
        for (JsonNode t : line.path("told")) {
            told.add(new Alarm.Told(
                    t.path("channel").stringValue(),
                    Instant.parse(t.path("at").stringValue()),
                    t.path("standing").booleanValue(),
                    t.path("grade").asInt(0))); // earlier versions had none
        }
        JsonNode closed = line.path("closed");
        return new Alarm(
                line.path("number").longValue(),
                AlarmKind.ofWord(line.path("kind").stringValue()),
                line.path("subject").stringValue(),
                line.path("text").stringValue(),
                Instant.parse(line.path("opened").stringValue()),
                Instant.parse(line.path("last").stringValue()),
                line.path("times").longValue(),
                line.path("grade").asInt(0),
                closed.isString() ? Optional.of(Instant.parse(closed.stringValue())) : Optional.empty(),
                told);
    }
}
