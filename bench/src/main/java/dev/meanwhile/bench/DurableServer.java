package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc.SessionServiceImplBase;
import dev.meanwhile.v1.SubmitMessageRequest;
import dev.meanwhile.v1.SubmitMessageResponse;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The limit L2: a server that answers a submit once it is on disk, and does nothing else. One thread takes what waits,
 * writes it in one commit, and answers.
 */
public final class DurableServer {
    /** As Meanwhile has them. */
    private static final int CACHE_KIB = 64 << 10;

    private static final int CHECKPOINT_PAGES = 16 << 10;

    private DurableServer() {}

    /** Where it writes to. */
    enum Kind {
        /** A file that grows: one write and fdatasync a commit. */
        JOURNAL,
        /** The fewest rows that keep the promises: the message, its place in its session, its request id, the session. */
        SQLITE
    }

    private record Call(SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> observer) {}

    private interface Store {
        void commit(List<Call> calls) throws IOException, SQLException;
    }

    /** Arguments: the kind, the response in hex, and a folder of its own. */
    public static void main(String[] args) throws IOException, SQLException, InterruptedException {
        SubmitMessageResponse response =
                SubmitMessageResponse.parseFrom(HexFormat.of().parseHex(args[1]));
        Path folder = Path.of(args[2]);
        Store store = switch (Kind.valueOf(args[0])) {
            case JOURNAL -> journal(folder);
            case SQLITE -> sqlite(folder);
        };
        BlockingQueue<Call> queue = new LinkedBlockingQueue<>();
        var server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .directExecutor()
                .addService(new SessionServiceImplBase() {
                    @Override
                    public void submitMessage(
                            SubmitMessageRequest request, StreamObserver<SubmitMessageResponse> observer) {
                        queue.add(new Call(request, observer));
                    }
                })
                .build()
                .start();
        System.out.println("listening on 127.0.0.1:" + server.getPort());
        try {
            answer(queue, store, response);
        } finally {
            server.shutdownNow(); // a server that answers nobody would keep the bench waiting
        }
    }

    private static void answer(BlockingQueue<Call> queue, Store store, SubmitMessageResponse response)
            throws IOException, SQLException, InterruptedException {
        List<Call> batch = new ArrayList<>();
        while (true) {
            batch.add(queue.take());
            queue.drainTo(batch);
            store.commit(batch);
            for (Call call : batch) {
                call.observer.onNext(response);
                call.observer.onCompleted();
            }
            batch.clear();
        }
    }

    private static Store journal(Path folder) throws IOException {
        FileChannel file =
                FileChannel.open(folder.resolve("journal"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer bytes = ByteBuffer.allocateDirect(1 << 20);
        return calls -> {
            bytes.clear();
            calls.forEach(call -> bytes.put(call.request.toByteArray()));
            bytes.flip();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        };
    }

    private static Store sqlite(Path folder) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setCacheSize(-CACHE_KIB);
        config.setGetGeneratedKeys(false);
        Connection connection = config.createConnection("jdbc:sqlite:" + folder.resolve("messages.db"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            statement.execute("CREATE TABLE session (key INTEGER PRIMARY KEY, last INTEGER)");
            statement.execute("CREATE TABLE message (key INTEGER PRIMARY KEY, session INTEGER, body BLOB)");
            statement.execute("CREATE INDEX message_session ON message (session, key)");
            statement.execute("CREATE TABLE request (id TEXT PRIMARY KEY, message INTEGER) WITHOUT ROWID");
            for (int session = 0; session < Workload.SESSIONS; session++) {
                statement.execute("INSERT INTO session VALUES (" + session + ", 0)");
            }
        }
        connection.setAutoCommit(false);
        PreparedStatement find = connection.prepareStatement("SELECT message FROM request WHERE id = ?");
        PreparedStatement request = connection.prepareStatement("INSERT INTO request VALUES (?, ?)");
        PreparedStatement message = connection.prepareStatement("INSERT INTO message VALUES (?, ?, ?)");
        PreparedStatement session = connection.prepareStatement("UPDATE session SET last = ? WHERE key = ?");
        long[] key = {0};
        return calls -> {
            for (Call call : calls) {
                find.setString(1, call.request.getRequestId());
                try (ResultSet found = find.executeQuery()) {
                    if (found.next()) {
                        throw new IllegalStateException("every request id comes once");
                    }
                }
                key[0]++;
                int of = Workload.sessionOf(call.request);
                message.setLong(1, key[0]);
                message.setInt(2, of);
                message.setBytes(3, call.request.toByteArray());
                message.executeUpdate();
                request.setString(1, call.request.getRequestId());
                request.setLong(2, key[0]);
                request.executeUpdate();
                session.setLong(1, key[0]);
                session.setInt(2, of);
                session.executeUpdate();
            }
            connection.commit();
        };
    }
}
