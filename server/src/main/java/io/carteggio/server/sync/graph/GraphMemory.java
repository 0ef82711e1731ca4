package io.carteggio.server.sync.graph;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The users as the last run had them, with the link to go on from, in a file for each synchronisation. Users and link
/// are kept together or not at all: a link alone would tell changes of nobody knows what. Whatever is missing, damaged,
/// sealed under another key or of another version is as if nothing had been kept; then all is read anew.
///
/// The file is sealed (AES-256-GCM) under a key of the archive's and bound to the synchronisation's name: it names
/// people, and the link lets whoever has it and the application's secret go on reading.
///
/// ```
/// u8 version  nonce (12)  sealed: JSON
/// ```
final class GraphMemory {
    private static final byte VERSION = 2;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Logger LOG = LoggerFactory.getLogger(GraphMemory.class);

    private final Path folder;
    private final Key key;
    private final SecureRandom random = new SecureRandom();

    GraphMemory(Path folder, Key key) {
        this.folder = folder;
        this.key = key;
    }

    /// What was read until the last run, and from where to go on.
    ///
    /// @param of of what, in words: with other settings it is of no use
    record State(String of, Map<String, User> users, String delta) {}

    /// A user as the deltas so far have made it.
    record User(String name, String mail, List<String> proxies, boolean enabled, boolean licensed) {
        static final User NEW = new User("", "", List.of(), true, true);

        User {
            proxies = List.copyOf(proxies);
        }
    }

    private Path file(String name) {
        String sum = Sha256.of(name.getBytes(StandardCharsets.UTF_8)).toString();
        return folder.resolve("graph-" + sum.substring(0, 32));
    }

    Optional<State> recall(String name) {
        Path file = file(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            byte[] octets = Files.readAllBytes(file);
            if (octets.length < 1 + NONCE_BYTES || octets[0] != VERSION) {
                throw new IOException("it is of another version");
            }
            byte[] nonce = Arrays.copyOfRange(octets, 1, 1 + NONCE_BYTES);
            byte[] body = cipher(Cipher.DECRYPT_MODE, name, nonce)
                    .doFinal(octets, 1 + NONCE_BYTES, octets.length - 1 - NONCE_BYTES);
            return Optional.of(state(JsonMapper.shared().readTree(body)));
        } catch (IOException | GeneralSecurityException | JacksonException e) {
            LOG.warn("what was kept of {} cannot be used, all is read anew: {}", name, e.getMessage());
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, String name, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(new byte[] {VERSION});
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static State state(JsonNode kept) {
        Map<String, User> users = new LinkedHashMap<>();
        for (JsonNode user : kept.path("users").values()) {
            users.put(
                    user.path("id").asString(""),
                    new User(
                            user.path("name").asString(""),
                            user.path("mail").asString(""),
                            user.path("proxies")
                                    .valueStream()
                                    .map(p -> p.asString(""))
                                    .toList(),
                            user.path("enabled").asBoolean(true),
                            user.path("licensed").asBoolean(true)));
        }
        return new State(kept.path("of").asString(""), users, kept.path("delta").asString(""));
    }

    /// Keeps it for the next run. Where there is no room, the next run goes on from before, which is as right.
    void keep(String name, State state) {
        ObjectNode kept = JsonMapper.shared().createObjectNode();
        kept.put("of", state.of()).put("delta", state.delta());
        var users = kept.putArray("users");
        state.users().forEach((id, user) -> {
            ObjectNode one = users.addObject();
            one.put("id", id).put("name", user.name()).put("mail", user.mail());
            var proxies = one.putArray("proxies");
            user.proxies().forEach(proxies::add);
            one.put("enabled", user.enabled()).put("licensed", user.licensed());
        });
        byte[] body = JsonMapper.shared().writeValueAsBytes(kept);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, name, nonce).doFinal(body);
            byte[] octets = ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                    .put(VERSION)
                    .put(nonce)
                    .put(sealed)
                    .array();
            DurableFiles.createDirectories(folder);
            DurableFiles.write(file(name), octets);
        } catch (IOException e) {
            LOG.warn("what was read of {} cannot be kept for the next run: {}", name, e.getMessage());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-256-GCM", e);
        }
    }

    void forget(String name) throws ArchiveException {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new ArchiveException("what was kept of " + name + " cannot be removed: " + e.getMessage(), true, e);
        }
    }
}
