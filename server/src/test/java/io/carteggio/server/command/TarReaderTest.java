package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tars that the tar of the system writes, and some that nobody should.
class TarReaderTest {
    private static final String LONG =
            "a-folder-with-a-rather-long-name/".repeat(6) + "and a file with blanks, ü and 東.eml";

    @TempDir
    Path folder = Path.of("");

    private static List<String> read(byte[] tar) throws IOException {
        List<String> found = new ArrayList<>();
        TarReader.read(new ByteArrayInputStream(tar), new TarReader.Finder() {
            @Override
            public void file(String name, long sizeBytes, InputStream octets) throws IOException {
                byte[] read = name.endsWith("unread") ? new byte[0] : octets.readAllBytes();
                found.add(name + " " + sizeBytes + " " + read.length);
            }

            @Override
            public void other(String name) {
                found.add("-" + name);
            }
        });
        return found;
    }

    private byte[] tar(String format) throws Exception {
        Path files = folder.resolve("files-" + format);
        Shell.write(files.resolve("a.eml"), "x".repeat(513));
        Shell.write(files.resolve("b.unread"), "y".repeat(5_000));
        Shell.write(files.resolve("c.eml"), "");
        Files.createDirectories(files.resolve("d"));
        Files.createSymbolicLink(files.resolve("e"), Path.of("a.eml"));
        if (!format.equals("ustar") && !format.equals("v7")) {
            Shell.write(files.resolve(LONG), "z".repeat(512));
        }
        Path tar = folder.resolve(format + ".tar");
        Process process = new ProcessBuilder(
                        "tar", "--format=" + format, "--sort=name", "-C", files.toString(), "-cf", tar.toString(), ".")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return Files.readAllBytes(tar);
    }

    @Test
    void whatTarWritesIsRead() throws Exception {
        for (String format : List.of("v7", "ustar", "oldgnu", "gnu", "posix")) {
            List<String> expected =
                    new ArrayList<>(List.of("./a.eml 513 513", "./b.unread 5000 0", "./c.eml 0 0", "-./e"));
            if (!format.equals("ustar") && !format.equals("v7")) {
                expected.add(1, "./" + LONG + " 512 512");
            }
            assertThat(read(tar(format))).as(format).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static byte[] entry(String name, char type, String size, int contentBytes) {
        byte[] entry = new byte[512 + (contentBytes + 511) / 512 * 512];
        System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, entry, 0, name.length());
        entry[156] = (byte) type;
        System.arraycopy(size.getBytes(StandardCharsets.ISO_8859_1), 0, entry, 124, size.length());
        summed(entry);
        return entry;
    }

    private static void summed(byte[] entry) {
        Arrays.fill(entry, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += entry[i] & 0xff;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, entry, 148, 8);
    }

    @Test
    void damageIsNamed() throws Exception {
        byte[] good = tar("posix");
        assertThat(read(new byte[1024])).isEmpty();
        assertThat(read(entry("ends-without-zeros", '0', "00000000005", 5))).containsExactly("ends-without-zeros 5 5");
        assertThat(read(entry("large", '0', "\u0080\0\0\0\0\0\0\0\0\0\0\5", 5))).containsExactly("large 5 5");
        byte[] pax = entry("x", 'x', "00000000012", 12);
        System.arraycopy("12 path=odd\n".getBytes(StandardCharsets.US_ASCII), 0, pax, 512, 12);
        byte[] wrong = pax.clone();
        wrong[512] = '9';
        List<byte[]> bad = List.of(
                new byte[0],
                "no tar at all".getBytes(StandardCharsets.US_ASCII),
                Arrays.copyOf(good, good.length / 3 + 100),
                entry("short", '0', "00000001000", 5),
                entry("negative", '0', "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", 5),
                entry("no number", '0', "9999", 5),
                entry("long name", 'L', "77777777777", 5),
                wrong);
        for (int i = 0; i < bad.size(); i++) {
            byte[] tar = bad.get(i);
            assertThatThrownBy(() -> read(tar)).as("case %d", i).isInstanceOf(TarReader.DamagedTarException.class);
        }
    }

    @Test
    void noOctetsUpsetIt() throws Exception {
        byte[] good = tar("posix");
        long seed = 5;
        Random random = new Random(seed);
        int damaged = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            int block = random.nextInt(good.length / 512) * 512;
            bad[block + random.nextInt(512)] = (byte) random.nextInt();
            if (random.nextBoolean()) {
                summed(Arrays.copyOfRange(bad, block, block + 512));
                byte[] head = Arrays.copyOfRange(bad, block, block + 512);
                summed(head);
                System.arraycopy(head, 0, bad, block, 512);
            }
            try {
                read(bad);
            } catch (TarReader.DamagedTarException e) {
                damaged++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", number " + i, e);
            }
        }
        assertThat(damaged).isGreaterThan(100);
    }
}
