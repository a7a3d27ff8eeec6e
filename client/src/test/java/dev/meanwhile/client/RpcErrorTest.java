package dev.meanwhile.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import dev.meanwhile.testing.Refusals;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RpcErrorTest {
    @Test
    void tellsWhatTheServerTold() {
        RpcError error =
                RpcError.of(Refusals.of(Status.Code.NOT_FOUND, "SESSION_NOT_FOUND", Map.of("session_id", "abc")));
        assertEquals("SESSION_NOT_FOUND", error.reason());
        assertEquals(Map.of("session_id", "abc"), error.metadata());
        assertEquals("words about SESSION_NOT_FOUND", error.getMessage());
        assertEquals(Status.Code.NOT_FOUND, error.code());
        assertTrue(error.retryDelay().isEmpty());
    }

    @Test
    void readsHowLongToWait() {
        RpcError error = RpcError.of(Refusals.retryAfter(Status.Code.UNAVAILABLE, "STORAGE_BUSY", 2));
        assertEquals(Duration.ofSeconds(2), error.retryDelay().orElseThrow());
    }

    @Test
    void aStatusWithoutWordsGetsSome() {
        RpcError error = RpcError.of(Status.DEADLINE_EXCEEDED.asRuntimeException());
        assertEquals("the server did not answer in time (DEADLINE_EXCEEDED)", error.getMessage());
        assertEquals("", error.reason());
    }

    @Test
    void detailsOfOthersAndBrokenOnesAreLeftOut() {
        ErrorInfo foreign = ErrorInfo.newBuilder()
                .setDomain("proxy.example")
                .setReason("EPOCH_CHANGED")
                .build();
        Any broken = Any.newBuilder()
                .setTypeUrl("type.googleapis.com/google.rpc.RetryInfo")
                .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                .build();
        RpcError error = RpcError.of(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.NOT_FOUND.value())
                .addDetails(Any.pack(foreign))
                .addDetails(broken)
                .build()));
        assertEquals("", error.reason());
        assertFalse(error.isOfAnotherLog());
        assertTrue(error.retryDelay().isEmpty());
    }
}
