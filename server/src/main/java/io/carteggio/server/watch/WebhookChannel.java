package io.carteggio.server.watch;

import io.carteggio.server.secret.Secrets;
import io.carteggio.server.watch.Alarms.Due;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Alarms as JSON, posted to an address. The field `text` is what chat programs show. Where a token is set, it goes
/// along as a bearer's (RFC 6750), so that the receiver knows who posts.
record WebhookChannel(Settings.Webhook settings, Secrets secrets, String where) implements Channel {
    static final String NAME = "webhook";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void tell(List<Due> due) throws IOException {
        ObjectNode message = message(Telling.subject(due, where));
        ArrayNode alarms = message.putArray("alarms");
        for (Due one : due.subList(0, Math.min(Telling.MOST, due.size()))) {
            String state = one.reminder() ? "reminder" : "opened";
            alarms.add(AlarmFile.object(one.alarm()).put("state", one.alarm().stands() ? state : "closed"));
        }
        post(message);
    }

    void test() throws IOException {
        ObjectNode message = message("[Carteggio] test of the alarms of " + where);
        message.putArray("alarms");
        post(message);
    }

    private ObjectNode message(String text) {
        return JsonNodeFactory.instance.objectNode().put("archive", where).put("text", text);
    }

    private void post(ObjectNode message) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(settings.url())
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header("User-Agent", "Carteggio")
                .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
        if (settings.signed()) {
            String token = secrets.get(settings.secret())
                    .orElseThrow(() -> new IOException("the webhook's token is not in the keyring: give it again"));
            request.header("Authorization", "Bearer " + token);
        }
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 != 2) {
                throw new IOException("the webhook answered with status " + status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
