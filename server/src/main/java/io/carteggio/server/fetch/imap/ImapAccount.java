package io.carteggio.server.fetch.imap;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Content;
import io.carteggio.mail.imap.ImapReader;
import io.carteggio.mail.imap.ImapText;
import io.carteggio.mail.imap.Response;
import io.carteggio.mail.imap.Response.Done;
import io.carteggio.mail.imap.Response.Status;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Steps;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All folders of an account, to read in and never to write. Belongs to one thread.
public final class ImapAccount implements AutoCloseable {
    /// More folders than anybody has.
    static final int FOLDERS_LIMIT = 100_000;

    private static final Set<String> CLOSED = Set.of("\\noselect", "\\nonexistent");

    private final Settings settings;
    private final ImapSession session;

    private ImapAccount(Settings settings, ImapSession session) {
        this.settings = settings;
        this.session = session;
    }

    /// The whole way in, before any folder.
    public static ImapAccount open(Account account) throws ArchiveException {
        return new ImapAccount(account.settings(), ImapMailbox.loggedIn(account, Steps.SILENT));
    }

    /// A folder.
    ///
    /// @param name for people
    /// @param path its name and those of the folders it lies in, the topmost first
    /// @param raw its name as the server gave it, an octet a character
    /// @param uses what the server marks it as (RFC 6154), in lower case: `\\trash`, `\\junk`, …
    public record Folder(String name, List<String> path, String raw, Set<String> uses) {
        public Folder {
            path = List.copyOf(path);
            uses = Set.copyOf(uses);
        }

        /// Whether it is the one that is meant, or lies in that: by a name (INBOX in any case, RFC 9051, 5.1) or
        /// by what it is marked as, such as `\\Trash`.
        public boolean isIn(String meant, List<Folder> all) {
            if (meant.startsWith("\\")) {
                return all.stream()
                        .filter(f -> f.uses().contains(meant.toLowerCase(Locale.ROOT)))
                        .anyMatch(this::isIn);
            }
            return all.stream()
                    .filter(f -> f.name().equals(meant)
                            || String.join("/", f.path()).equals(meant)
                            || (f.name().equalsIgnoreCase("INBOX") && meant.equalsIgnoreCase("INBOX")))
                    .anyMatch(this::isIn);
        }

        private boolean isIn(Folder other) {
            return path.size() >= other.path().size()
                    && path.subList(0, other.path().size()).equals(other.path());
        }

        static Folder of(String raw, String separator, Set<String> uses) {
            String name = ImapText.decoded(raw);
            List<String> path = new ArrayList<>();
            int from = 0;
            while (!separator.isEmpty()) {
                int at = raw.indexOf(separator, from); // parted first: the separator is ASCII in the raw name
                if (at < 0) {
                    break;
                }
                path.add(ImapText.decoded(raw.substring(from, at)));
                from = at + separator.length();
            }
            path.add(ImapText.decoded(raw.substring(from)));
            path.removeIf(String::isEmpty);
            return new Folder(name, path, raw, uses);
        }
    }

    /// All folders that hold mail, by their names.
    public List<Folder> folders() throws FetchException {
        Map<String, Folder> folders = new LinkedHashMap<>();
        List<FetchException> trouble = new ArrayList<>();
        // most servers name the uses anyway; those that only do when asked say that they can be
        String asking = session.can("SPECIAL-USE") && session.can("LIST-EXTENDED") ? " RETURN (SPECIAL-USE)" : "";
        Done done = session.command("LIST \"\" \"*\"" + asking, ImapReader.NOTHING, response -> {
            if (response instanceof Response.Other(String kind, List<String> words)
                    && kind.equals("LIST")
                    && words.size() >= 2) {
                Set<String> flags = new HashSet<>();
                words.subList(0, words.size() - 2).forEach(flag -> flags.add(flag.toLowerCase(Locale.ROOT)));
                boolean closed = flags.stream().anyMatch(CLOSED::contains);
                String separator = words.get(words.size() - 2);
                String raw = words.getLast();
                if (folders.size() >= FOLDERS_LIMIT && trouble.isEmpty()) {
                    trouble.add(new FetchException(Kind.PROTOCOL, "more than " + FOLDERS_LIMIT + " folders"));
                } else if (!closed && folders.size() < FOLDERS_LIMIT) {
                    folders.put(raw, Folder.of(raw, separator.equalsIgnoreCase("NIL") ? "" : separator, flags));
                }
            }
        });
        ImapSession.ok(done, Kind.PROTOCOL, "a list of the folders");
        if (!trouble.isEmpty()) {
            throw trouble.getFirst();
        }
        return folders.values().stream()
                .sorted(Comparator.comparing(Folder::raw))
                .toList();
    }

    /// How many mails a folder has; none where the server does not say.
    public long mails(Folder folder) throws FetchException {
        long[] mails = {0};
        Done done = session.command("STATUS " + wire(folder) + " (MESSAGES)", ImapReader.NOTHING, response -> {
            if (response instanceof Response.Other(String kind, List<String> words)
                    && kind.equals("STATUS")
                    && words.size() >= 3
                    && words.get(words.size() - 2).equalsIgnoreCase("MESSAGES")
                    && words.getLast().matches("\\d{1,12}")) {
                mails[0] = Long.parseLong(words.getLast());
            }
        });
        return done.status() == Status.OK ? mails[0] : 0;
    }

    /// Puts a mail into a folder as it is, marked as read; the folder is made where there is none (RFC 9051 6.3.12).
    /// This is the one thing that is written in an account, and never in one that mail is fetched from.
    ///
    /// @param received the date that the folder has for it
    public void append(String folder, Content mail, Optional<Instant> received) throws FetchException {
        String wire = ImapText.folder(folder);
        Done done = session.append(wire, received, mail);
        if (done.status() != Status.OK
                && done.code().map(code -> code.name().equals("TRYCREATE")).orElse(false)) {
            ImapSession.ok(session.command("CREATE " + wire), Kind.FOLDER, "folder " + folder);
            done = session.append(wire, received, mail);
        }
        ImapSession.ok(done, Kind.FOLDER, "the mail");
    }

    /// Opens a folder, so that the one before is no longer. It is closed with the account.
    public RemoteMailbox examine(Folder folder) throws ArchiveException {
        return ImapMailbox.examined(settings, session, folder.name(), wire(folder));
    }

    private static String wire(Folder folder) throws FetchException {
        if (!ImapText.quotable(folder.raw())) {
            throw new FetchException(Kind.FOLDER, "the folder has a name that IMAP does not allow: " + folder.name());
        }
        return ImapText.quoted(folder.raw());
    }

    @Override
    public void close() {
        session.close();
    }
}
