package io.carteggio.mail.outlook;

import static org.assertj.core.api.Assertions.assertThat;

import com.pff.PSTAttachment;
import com.pff.PSTFile;
import com.pff.PSTFolder;
import com.pff.PSTMessage;
import com.pff.PSTObject;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.structure.CorpusFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.poi.hsmf.MAPIMessage;
import org.junit.jupiter.api.Test;

/// Outlook files by others, beside what other readers make of them.
class OutlookCorpusTest {
    private static String spaced(String text) {
        return text.replaceAll("[\\s\\p{Z}\\p{Cntrl}]+", " ").strip();
    }

    @Test
    void msgFilesSayWhatTwoOtherReadersSay() throws Exception {
        Map<String, CorpusFiles.Row> expected = CorpusFiles.table("expected_msg.tsv");
        int subjects = 0;
        int lists = 0;
        for (String path : CorpusFiles.files("msg")) {
            Recomposed mail = Recomposed.of(Outlook.msg(Content.of(CorpusFiles.bytes(path))));
            CorpusFiles.Row row = Objects.requireNonNull(expected.get(path), path);
            if (row.judged("subject")) {
                assertThat(spaced(mail.letter().header().subject().orElse("")))
                        .as(path)
                        .isEqualTo(row.json("subject"));
                subjects++;
            }
            if (row.judged("att_sha256")) {
                assertThat(mail.letter().attachments())
                        .as(path)
                        .extracting(a -> a.sha256().toString())
                        .containsExactlyInAnyOrderElementsOf(row.list("att_sha256"));
                lists++;
            }
            assertThat(mail.letter().notes()).as(path).isEmpty();
        }
        assertThat(subjects).isEqualTo(24);
        assertThat(lists).isGreaterThanOrEqualTo(24);
    }

    @Test
    void msgFilesSayWhatPoiSays() throws Exception {
        for (String path : CorpusFiles.files("msg")) {
            byte[] octets = CorpusFiles.bytes(path);
            OutlookItem item = Outlook.msg(Content.of(octets));
            try (MAPIMessage poi = new MAPIMessage(new java.io.ByteArrayInputStream(octets))) {
                poi.setReturnNullOnMissingChunk(true);
                assertThat(item.recipients()).as(path).hasSize(poi.getRecipientDetailsChunks().length);
                assertThat(item.attachments()).as(path).hasSize(poi.getAttachmentFiles().length);
                assertThat(item.properties()
                                .text(0x1000)
                                .map(OutlookCorpusTest::spaced)
                                .orElse("")
                                .length())
                        .as(path)
                        .isEqualTo(Optional.ofNullable(poi.getTextBody())
                                .map(OutlookCorpusTest::spaced)
                                .orElse("")
                                .length());
            }
        }
    }

    /// What one reader found: for each item its folder, subject, and the sums of its attachments.
    private static List<String> ours(byte[] octets) throws IOException {
        List<String> items = new ArrayList<>();
        Outlook.pst(Content.of(octets), new Outlook.Finder() {
            @Override
            public void item(List<String> folder, String id, Outlook.Opener opener) throws IOException {
                OutlookItem item = opener.open();
                assertThat(item.troubles()).isEmpty();
                Recomposed mail = Recomposed.of(item);
                assertThat(mail.troubles()).isEmpty();
                items.add(id + " " + (folder.isEmpty() ? "" : folder.getLast()) + " | "
                        + spaced(mail.letter().header().subject().orElse("")) + " | "
                        + mail.letter().attachments().stream()
                                .map(a -> a.sha256().toString())
                                .sorted()
                                .toList());
            }

            @Override
            public void damaged(String folder, String why) {
                items.add("damaged " + folder + ": " + why);
            }
        });
        return items.stream().sorted().toList();
    }

    private static List<String> libpst(byte[] octets) throws Exception {
        List<String> items = new ArrayList<>();
        PSTFile file = new PSTFile(octets);
        walk(file.getRootFolder(), items);
        return items.stream().sorted().toList();
    }

    private static void walk(PSTFolder folder, List<String> items) throws Exception {
        if (folder.getNodeType() == 2 && folder.getContentCount() > 0) {
            for (PSTObject child = folder.getNextChild(); child != null; child = folder.getNextChild()) {
                PSTMessage message = (PSTMessage) child;
                List<String> sums = new ArrayList<>();
                for (int i = 0; i < message.getNumberOfAttachments(); i++) {
                    PSTAttachment attachment = message.getAttachment(i);
                    if (attachment.getAttachMethod() == 1) {
                        try (InputStream in = attachment.getFileInputStream()) {
                            sums.add(Sha256.of(in.readAllBytes()).toString());
                        }
                    }
                }
                items.add(Long.toHexString(child.getDescriptorNodeId()) + " " + folder.getDisplayName() + " | "
                        + spaced(message.getSubject()) + " | "
                        + sums.stream().sorted().toList());
            }
        }
        List<PSTFolder> folders = List.of();
        try {
            folders = folder.getSubFolders();
        } catch (com.pff.PSTException e) {
            assertThat(e).hasMessageContaining("child folders"); // as it says of a search folder, which has none
        }
        for (PSTFolder inside : folders) {
            walk(inside, items);
        }
    }

    @Test
    void pstFilesSayWhatLibpstSays() throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (String path : CorpusFiles.files("pst")) {
            byte[] octets = CorpusFiles.bytes(path);
            List<String> ours = ours(octets);
            assertThat(ours).as(path).isEqualTo(libpst(octets));
            counts.put(path, ours.size());
        }
        assertThat(counts).hasSize(4);
    }

    @Test
    void theFoldersOfASampleAreAsTwoOtherReadersSay() throws Exception {
        Map<String, Integer> found = new TreeMap<>();
        Outlook.pst(Content.of(CorpusFiles.bytes("pst/pstsdk--test-sample1.pst")), new Outlook.Finder() {
            @Override
            public void item(List<String> folder, String id, Outlook.Opener opener) {
                found.merge(String.join("/", folder), 1, Integer::sum);
            }

            @Override
            public void damaged(String folder, String why) {
                found.put(why, -1);
            }
        });
        assertThat(found).isEqualTo(Map.of("Sample1", 1));
    }
}
