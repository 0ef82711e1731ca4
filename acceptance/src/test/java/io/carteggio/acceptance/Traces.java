package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/// What of a letter can still be found in a data directory by somebody who has the machine and the master key,
/// and tools that are not ours: `find_words.py`, SQLite, Lucene.
///
/// @param words of which none is in any other letter, nor in what was done to it since
/// @param octets of which the same holds
record Traces(List<String> words, List<byte[]> octets) {
    private static final Path FINDER = Program.root().resolve("acceptance/src/test/python/find_words.py");
    private static final Path READER = Program.root().resolve("docs/format/read_segment.py");

    Traces {
        words = List.copyOf(words);
        octets = List.copyOf(octets);
    }

    /// What there is of a letter: words, its sum, and an attachment's words as base64 has them.
    static Traces of(Sha256 sum, List<String> words, String... enclosed) {
        List<String> all = new ArrayList<>(words);
        for (String word : enclosed) {
            all.add(word);
            all.addAll(inBase64(word));
        }
        all.add(sum.toString());
        return new Traces(all, List.of(sum.toBytes()));
    }

    /// Those digits of a word's base64 that do not depend on what stands around it, wherever it begins.
    private static List<String> inBase64(String word) {
        List<String> forms = new ArrayList<>();
        for (int before = 0; before < 3; before++) {
            byte[] at = (" ".repeat(before) + word).getBytes(StandardCharsets.US_ASCII);
            int whole = at.length / 3 * 3;
            String digits = Base64.getEncoder().encodeToString(Arrays.copyOf(at, whole));
            forms.add(digits.substring(before == 0 ? 0 : 4));
        }
        return forms;
    }

    /// Every place where any of it is.
    ///
    /// @param atRest whether no program has the directory open, so that no file is half written
    List<String> in(Path data, boolean atRest) throws Exception {
        List<String> found = new ArrayList<>(byTools(data));
        Path index = data.resolve("index");
        if (atRest && Files.isDirectory(index)) {
            found.addAll(inIndex(index));
        }
        return found;
    }

    private List<String> byTools(Path data) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/python3",
                FINDER.toString(),
                READER.toString(),
                data.toString(),
                data.resolve("master.key").toString()));
        words.forEach(word -> command.add(HexFormat.of().formatHex(word.getBytes(StandardCharsets.UTF_8))));
        octets.forEach(o -> command.add(HexFormat.of().formatHex(o)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        return out.lines().toList();
    }

    /// Lucene's files hold words in pieces; so it is asked itself for every term and everything shown, also of
    /// letters it calls deleted. A file that no commit names could hold anything.
    private List<String> inIndex(Path index) throws IOException {
        List<String> found = new ArrayList<>();
        try (FSDirectory directory = FSDirectory.open(index);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                for (String field : FieldInfos.getIndexedFields(leaf.reader())) {
                    Terms all = leaf.reader().terms(field);
                    if (all != null) { // a field may be left without any
                        TermsEnum terms = all.iterator();
                        for (BytesRef term = terms.next(); term != null; term = terms.next()) {
                            look("term of " + field, term, found);
                        }
                    }
                }
                StoredFields shown = leaf.reader().storedFields();
                for (int i = 0; i < leaf.reader().maxDoc(); i++) {
                    Document document = shown.document(i);
                    for (IndexableField field : document.getFields()) {
                        look("stored " + field.name(), new BytesRef(String.valueOf(field.stringValue())), found);
                        if (field.binaryValue() != null) {
                            look("stored " + field.name(), field.binaryValue(), found);
                        }
                    }
                }
            }
            Set<String> named =
                    new TreeSet<>(SegmentInfos.readLatestCommit(directory).files(true));
            for (String file : directory.listAll()) {
                if (!named.contains(file) && !file.equals("write.lock")) {
                    found.add("a file of the index that no commit names: " + file);
                }
            }
        }
        return found;
    }

    private void look(String where, BytesRef octets, List<String> found) {
        String text = new String(octets.bytes, octets.offset, octets.length, StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT);
        for (String word : words) {
            if (text.contains(word.toLowerCase(Locale.ROOT))) {
                found.add(word + " in a " + where + " of the index");
            }
        }
    }
}
