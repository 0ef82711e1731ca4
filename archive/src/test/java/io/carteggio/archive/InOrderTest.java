package io.carteggio.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InOrderTest {
    @Test
    void resultsComeInTheOrderOfTheWork() throws ArchiveException {
        List<Integer> given = new ArrayList<>();
        Random random = new Random(7);
        try (InOrder<Integer> work = new InOrder<>("test", given::add)) {
            for (int i = 0; i < 1_000; i++) {
                int number = i;
                long spins = random.nextInt(20_000);
                work.add(
                        () -> {
                            for (long n = 0; n < spins; n++) {
                                Thread.onSpinWait();
                            }
                            return number;
                        },
                        random.nextInt(200_000));
            }
            work.finish();
            assertThat(given).hasSize(1_000).isSorted();
            work.add(() -> 1_000, 1);
            work.finish();
            assertThat(given).hasSize(1_001).isSorted();
        }
    }

    @Test
    void littleWorkIsDoneByWhoBringsIt() throws ArchiveException {
        List<Thread> by = new ArrayList<>();
        try (InOrder<Thread> work = new InOrder<>("test", by::add)) {
            work.add(Thread::currentThread, 1);
            assertThat(by).isEmpty();
            work.finish();
        }
        assertThat(by).containsExactly(Thread.currentThread());
    }

    @Test
    void whatFailsIsToldAfterAllThatCameBefore() throws ArchiveException {
        List<Integer> given = new ArrayList<>();
        try (InOrder<Integer> work = new InOrder<>("test", given::add)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 500; i++) {
                            int number = i;
                            work.add(
                                    () -> {
                                        if (number == 320) {
                                            throw new ArchiveException("the disk is gone", true);
                                        }
                                        return number;
                                    },
                                    1);
                        }
                        work.finish();
                    })
                    .isInstanceOf(ArchiveException.class)
                    .hasMessage("the disk is gone");
        }
        assertThat(given).isSorted().hasSizeLessThanOrEqualTo(320).hasSizeGreaterThan(250);
    }

    @Test
    void noMoreIsUnderWayThanFitsInMemory() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Thread adding = Thread.ofPlatform().start(() -> {
            try (InOrder<Integer> work = new InOrder<>("test", one -> {
                taking.countDown();
                awaited(goOn);
            })) {
                for (int i = 0; i < 1_000; i++) {
                    work.add(begun::incrementAndGet, 1 << 20); // each is a pack by itself
                }
                work.finish();
            } catch (ArchiveException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(taking.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(begun.get()).isLessThanOrEqualTo(10);
        goOn.countDown();
        adding.join();
        assertThat(begun.get()).isEqualTo(1_000);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
