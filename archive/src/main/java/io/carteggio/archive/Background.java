package io.carteggio.archive;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/// Threads for what follows behind: indexing, reading attachments, training dictionaries. On Linux they yield the
/// processors to mail that comes in and to people who ask, and have all of them when there is neither. What these
/// threads start, threads and processes, inherits that.
///
/// Elsewhere, and where the system refuses, they are threads like others. Java's own priorities do nothing on
/// Linux unless the whole virtual machine is told to use them.
public final class Background {
    /// The niceness: a third of what a thread of niceness 0 gets that wants the same processor. Much less, and whoever
    /// searches while an outage is made up for would find what came hours ago.
    private static final int NICE = 5;

    /// `PRIO_PROCESS` of `setpriority(2)`. With 0 for whom, Linux takes the calling thread alone; POSIX speaks
    /// of the whole process, and other systems do that.
    private static final int THIS_THREAD = 0;

    private Background() {}

    /// A daemon that is yet to be started.
    public static Thread thread(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().unstarted(yielding(work));
    }

    /// Makes daemons with a number behind the name.
    public static ThreadFactory threads(String name) {
        ThreadFactory daemons = Thread.ofPlatform().name(name + "-", 1).daemon().factory();
        return work -> daemons.newThread(yielding(work));
    }

    private static Runnable yielding(Runnable work) {
        return () -> {
            yieldToOthers();
            work.run();
        };
    }

    /// What it answers does not matter: where it is refused, nothing has changed.
    private static void yieldToOthers() {
        if (SetPriority.CALL.isPresent()) {
            try {
                SetPriority.CALL.get().invokeExact(THIS_THREAD, 0, NICE);
            } catch (Throwable e) { // which every method handle declares
                throw new IllegalStateException("setpriority cannot be called", e);
            }
        }
    }

    private static final class SetPriority {
        static final Optional<MethodHandle> CALL =
                System.getProperty("os.name").equals("Linux") ? find() : Optional.empty();

        private SetPriority() {}

        @SuppressWarnings("restricted") // a call that takes and gives nothing but numbers
        private static Optional<MethodHandle> find() {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("setpriority")
                    .map(address -> linker.downcallHandle(
                            address,
                            FunctionDescriptor.ofVoid(
                                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
        }
    }
}
