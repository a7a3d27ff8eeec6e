package dev.meanwhile.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2HeadersFrame;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P11: halves of requests to the services that are not ours are bounded with the others. */
final class PartialHealthTest {
    private static final int BYTES = 300 << 10;
    private static final int ANNOUNCED = 310 << 10;

    /** More than 64 MiB in all. */
    private static final int CALLS = 230;

    @TempDir
    Path folder;

    /** Seen red: none ended, and what they held was no longer counted. */
    @ParameterizedTest
    @ValueSource(strings = {"grpc.health.v1.Health/Check", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"})
    void p11HalvesOfRequestsToHealthAndReflectionAreBoundedToo(String method) throws Exception {
        CountDownLatch ended = new CountDownLatch(10);
        EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (TestServer server = TestServer.start(folder)) {
            Channel connection = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline()
                                    .addLast(
                                            Http2FrameCodecBuilder.forClient().build(),
                                            new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                        }
                    })
                    .connect("127.0.0.1", server.port())
                    .sync()
                    .channel();
            for (int call = 0; call < CALLS; call++) {
                begin(connection, method, ended);
            }
            assertTrue(ended.await(15, TimeUnit.SECONDS), "none was ended, or only " + (10 - ended.getCount()));
        } finally {
            loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static void begin(Channel connection, String method, CountDownLatch ended) throws InterruptedException {
        Channel stream = new Http2StreamChannelBootstrap(connection)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object frame) {
                        if (frame instanceof Http2HeadersFrame headers && headers.isEndStream()) {
                            ended.countDown();
                        }
                        ReferenceCountUtil.release(frame);
                    }
                })
                .open()
                .sync()
                .getNow();
        stream.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .authority("127.0.0.1")
                .path("/" + method)
                .add("te", "trailers")
                .add("content-type", "application/grpc")));
        ByteBuf message = Unpooled.buffer(BYTES);
        message.writeByte(0).writeInt(ANNOUNCED).writeZero(BYTES - 5);
        stream.writeAndFlush(new DefaultHttp2DataFrame(message));
    }
}
