package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterDoorTest {
    @TempDir
    Path folder;

    private FilterDoor open() throws IOException {
        return FilterDoor.open(UnixDomainSocketAddress.of(folder.resolve("filter")));
    }

    @Test
    void aSocketIsForItsOwnerAndItsGroupAndGoesWithTheDoor() throws IOException {
        try (FilterDoor door = open();
                SocketChannel client = SocketChannel.open(door.address());
                SocketChannel here = door.accept()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("filter"))))
                    .isEqualTo("rw-rw----");
            client.write(ByteBuffer.wrap(new byte[] {'x'}));
            ByteBuffer read = ByteBuffer.allocate(2);
            assertThat(here.read(read)).isEqualTo(1);
            assertThat(read.get(0)).isEqualTo((byte) 'x');
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theSocketOfAProcessThatDiedIsReplaced() throws IOException {
        ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        dead.bind(UnixDomainSocketAddress.of(folder.resolve("filter")));
        dead.close(); // its file stays
        try (FilterDoor door = open();
                SocketChannel client = SocketChannel.open(door.address())) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void whereSomebodyListensNobodyElseDoes() throws IOException {
        try (FilterDoor door = open()) {
            assertThatIOException().isThrownBy(this::open).withMessageContaining("another program listens");
            try (SocketChannel client = SocketChannel.open(door.address())) {
                assertThat(client.isConnected()).as("the first is still there").isTrue();
            }
        }
    }

    @Test
    void aFileIsNeverTakenForASocket() throws IOException {
        Files.writeString(folder.resolve("filter"), "precious");
        assertThatIOException().isThrownBy(this::open).withMessageContaining("no socket");
        assertThat(folder.resolve("filter")).hasContent("precious");
    }

    @Test
    void withoutItsFolderThereIsNone() {
        assertThatIOException()
                .isThrownBy(() -> FilterDoor.open(UnixDomainSocketAddress.of(folder.resolve("none/filter"))));
    }

    @Test
    void ofTheNetworkItIsWhereItSays() throws IOException {
        try (FilterDoor door = FilterDoor.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(door.address());
                SocketChannel here = door.accept()) {
            assertThat(here.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
    }
}
