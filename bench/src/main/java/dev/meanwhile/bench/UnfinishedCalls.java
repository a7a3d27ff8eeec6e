package dev.meanwhile.bench;

import dev.meanwhile.v1.SessionServiceGrpc;
import io.grpc.Status;
import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ResetFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Unary calls that begin and never end: headers, perhaps a part of the message, and no more. In plain HTTP/2. */
final class UnfinishedCalls {
    private static final int CONNECTIONS = 4;
    private static final int LONGEST_SECONDS = 45;
    private final Map<String, Integer> answers = new TreeMap<>();
    private final CountDownLatch open;
    private long slowestNanos;

    private UnfinishedCalls(int calls) {
        this.open = new CountDownLatch(calls);
    }

    /**
     * @param answers how many calls ended how: by gRPC status, or in words
     * @param slowestSeconds the longest that one call took
     * @param bufferMebibytes the most that the server's connections held meanwhile
     */
    record Result(Map<String, Integer> answers, double slowestSeconds, double bufferMebibytes) {
        /** Answered as the contract says. */
        int timedOut() {
            return answers.getOrDefault("status " + Status.Code.DEADLINE_EXCEEDED.value(), 0);
        }
    }

    /** @param bytes of a message that is announced as twice as long */
    static Result run(ServerProcess server, Metrics metrics, int calls, int bytes)
            throws IOException, InterruptedException {
        UnfinishedCalls unfinished = new UnfinishedCalls(calls);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Channel connection = new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .handler(new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                Http2FrameCodecBuilder.forClient()
                                                        .build(),
                                                new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                            }
                        })
                        .connect("127.0.0.1", server.port())
                        .sync()
                        .channel();
                for (int call = i; call < calls; call += CONNECTIONS) {
                    unfinished.begin(connection, bytes);
                }
            }
            double buffers = metrics.bufferMebibytes();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
            while (!unfinished.open.await(200, TimeUnit.MILLISECONDS) && System.nanoTime() < end) {
                buffers = Math.max(buffers, metrics.bufferMebibytes());
            }
            return unfinished.result(buffers);
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private void begin(Channel connection, int bytes) throws InterruptedException {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .authority("127.0.0.1")
                .path("/" + SessionServiceGrpc.getSubmitMessageMethod().getFullMethodName())
                .add("te", "trailers")
                .add("content-type", "application/grpc");
        Channel stream = new Http2StreamChannelBootstrap(connection)
                .handler(new Answer())
                .open()
                .sync()
                .getNow();
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers));
        if (bytes > 0) {
            ByteBuf message = Unpooled.buffer(bytes);
            message.writeByte(0).writeInt(2 * bytes).writeZero(bytes - 5);
            stream.writeAndFlush(new DefaultHttp2DataFrame(message));
        }
    }

    private synchronized Result result(double bufferMebibytes) {
        return new Result(Map.copyOf(answers), slowestNanos / 1e9, bufferMebibytes);
    }

    private synchronized void ended(String how, long nanos) {
        answers.merge(how, 1, Integer::sum);
        slowestNanos = Math.max(slowestNanos, nanos);
        open.countDown();
    }

    /** What the server says to one call. */
    private final class Answer extends ChannelInboundHandlerAdapter {
        private final long sent = System.nanoTime();
        private boolean answered;

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame headers && headers.isEndStream()) {
                answer("status " + headers.headers().get("grpc-status"));
            } else if (frame instanceof Http2ResetFrame reset) {
                answer("reset " + reset.errorCode());
            }
            ReferenceCountUtil.release(frame);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof Http2ResetFrame reset) {
                answer("reset " + reset.errorCode());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer("closed");
        }

        private void answer(String how) {
            if (!answered) {
                answered = true;
                ended(how, System.nanoTime() - sent);
            }
        }
    }
}
