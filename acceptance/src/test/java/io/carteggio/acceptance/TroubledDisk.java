package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Stands between a program and its disk: counts the system calls by which it changes something in its data
/// directory, kills it at one of them, or lets them fail. It is a shim that is loaded before the C library
/// (`src/test/c/troubled_disk.c` says how); the program knows nothing of it.
final class TroubledDisk {
    private static final int CONTROL_BYTES = 32 * Long.BYTES;
    private static final int COUNTED = 0;
    private static final int KILL_AT = 1;
    private static final int HOW = 2;
    private static final int FAILED = 7;
    private static final int SHORT = 8;
    private static final int TEXT = 16;

    /// Where in a call the program is killed.
    enum How {
        BEFORE(0),
        /// After half of what a write has to write; after any other call.
        HALF(1),
        AFTER(2);

        private final int code;

        How(int code) {
            this.code = code;
        }
    }

    /// What fails, by its place in the control file.
    enum Calls {
        WRITES(3),
        FORCES(4),
        OPENS(5),
        OTHERS(6);

        private final int field;

        Calls(int field) {
            this.field = field;
        }
    }

    /// Why a call fails: numbers of Linux.
    enum Errno {
        NONE(0),
        EIO(5),
        EACCES(13),
        ENOSPC(28),
        EROFS(30),
        EDQUOT(122);

        private final int number;

        Errno(int number) {
            this.number = number;
        }
    }

    private final Path shim;
    private final Path control;
    private final MappedByteBuffer fields;

    private TroubledDisk(Path shim, Path control, MappedByteBuffer fields) {
        this.shim = shim;
        this.control = control;
        this.fields = fields;
    }

    /// A disk without trouble so far. Skips the test where there is no C compiler.
    static TroubledDisk calm() throws IOException, InterruptedException {
        Path directory = Program.freshDirectory("shim");
        Path shim = directory.resolve("troubled_disk.so");
        Path source = Program.root().resolve("acceptance/src/test/c/troubled_disk.c");
        try {
            Process gcc = new ProcessBuilder(
                            "gcc", "-shared", "-fPIC", "-O1", "-o", shim.toString(), source.toString(), "-ldl")
                    .inheritIO()
                    .start();
            assertThat(gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0)
                    .as("gcc")
                    .isTrue();
        } catch (IOException noCompiler) {
            Assumptions.abort("skipped: no gcc to build " + source.getFileName());
        }
        Path control = directory.resolve("control");
        Files.write(control, new byte[CONTROL_BYTES]);
        try (FileChannel open = FileChannel.open(control, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer fields = open.map(FileChannel.MapMode.READ_WRITE, 0, CONTROL_BYTES);
            fields.order(ByteOrder.nativeOrder());
            return new TroubledDisk(shim, control, fields);
        }
    }

    /// The program, with this between it and its data directory.
    Program under(Program program) {
        return under(program, program.data());
    }

    /// The same between a program and another directory.
    Program under(Program program, Path directory) {
        return program.withEnvironment(Map.of(
                "LD_PRELOAD", shim.toString(),
                "TROUBLED_CONTROL", control.toString(),
                "TROUBLED_DIRECTORY", directory.toString()));
    }

    private long get(int field) {
        return fields.getLong(field * Long.BYTES);
    }

    private void set(int field, long value) {
        fields.putLong(field * Long.BYTES, value);
    }

    /// How many calls there were since the last [#reset].
    long counted() {
        return get(COUNTED);
    }

    /// How many calls were let fail since the last [#reset].
    long failed() {
        return get(FAILED);
    }

    /// No trouble any more, and nothing counted.
    void reset() {
        heal();
        set(KILL_AT, 0);
        set(COUNTED, 0);
        set(FAILED, 0);
    }

    void killAt(long call, How how) {
        set(HOW, how.code);
        set(KILL_AT, call);
    }

    void fail(Calls calls, Errno why) {
        set(calls.field, why.number);
    }

    /// Lets only files fail whose path contains this.
    void onlyIn(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        fields.put(TEXT * Long.BYTES, bytes);
        fields.put(TEXT * Long.BYTES + bytes.length, (byte) 0);
    }

    /// A write that fails writes half of what it has before.
    void tearWrites() {
        set(SHORT, 1);
    }

    void heal() {
        for (Calls calls : Calls.values()) {
            set(calls.field, 0);
        }
        set(SHORT, 0);
        onlyIn("");
    }
}
