package dev.meanwhile.server.llm.langchain;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider that owns its sockets, for what an HTTP server would never do. When its script is done it waits for the
 * client to close, so a connection that the client forgets stays open here.
 */
final class RawProvider implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    /** Connections that the client has not closed. */
    final AtomicInteger open = new AtomicInteger();

    /** To be done when the client has taken a text in: a reset throws away what was not read yet. */
    final CompletableFuture<Void> heard = new CompletableFuture<>();

    final CompletableFuture<String> request = new CompletableFuture<>();
    /** Done where a script came to its {@link Answer#moment} and was stopped there. */
    final CompletableFuture<Void> parked = new CompletableFuture<>();

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final CountDownLatch over = new CountDownLatch(1);
    private final boolean parks;

    interface Script {
        void answer(Answer answer) throws IOException, InterruptedException;
    }

    /**
     * @param parks whether scripts stop at their moment
     */
    RawProvider(Script script, boolean parks) throws IOException {
        this.parks = parks;
        Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    Socket socket = server.accept();
                    open.incrementAndGet();
                    Thread.startVirtualThread(() -> serve(script, socket));
                }
            } catch (IOException e) {
                // Closed.
            }
        });
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve(Script script, Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            in.mark(1);
            boolean tls = in.read() == 0x16;
            in.reset();
            if (tls) { // as a server without TLS answers it
                new Answer(socket).raw("HTTP/1.1 400 Bad Request\r\n\r\n");
                socket.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
                return;
            }
            request.complete(read(in));
            try {
                script.answer(new Answer(socket));
            } catch (IOException e) {
                // The client went away.
            }
            while (!socket.isClosed() && in.read() >= 0) {
                // Nothing more is expected.
            }
        } catch (IOException | InterruptedException e) {
            // Reset, which closes it too.
        } finally {
            open.decrementAndGet();
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        Matcher length = LENGTH.matcher(text);
        return text
                + (length.find()
                        ? new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8)
                        : "");
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        server.close();
    }

    /** What a script says and does. */
    final class Answer {
        private final Socket socket;

        Answer(Socket socket) {
            this.socket = socket;
        }

        void raw(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        void raw(String text) throws IOException {
            raw(text.getBytes(StandardCharsets.UTF_8));
        }

        /** A header without a length: the answer ends with the connection. */
        void begin(String contentType) throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nConnection: close\r\n\r\n");
        }

        void begin() throws IOException {
            begin("text/event-stream");
        }

        void event(String data) throws IOException {
            raw("data: " + data + "\n\n");
        }

        void status(int status, String headers, String body) throws IOException {
            raw("HTTP/1.1 " + status + " X\r\nConnection: close\r\n" + headers + "Content-Length: " + body.length()
                    + "\r\n\r\n" + body);
        }

        /** The orderly end of what is said; whether the client closes too is seen by {@link #open}. */
        void end() throws IOException {
            socket.shutdownOutput();
        }

        void awaitHeard() {
            heard.join();
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Just before the trouble, or in it if it is one that lasts. */
        void moment() throws IOException {
            if (parks) {
                parked.complete(null);
                throw new IOException("parked");
            }
        }

        /** Little by little, until the client is gone. */
        void trickle(String text) throws IOException, InterruptedException {
            while (!over.await(20, TimeUnit.MILLISECONDS)) {
                raw(text);
            }
        }
    }
}
