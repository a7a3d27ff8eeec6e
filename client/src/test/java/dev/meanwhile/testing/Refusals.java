package dev.meanwhile.testing;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;

/** Errors as the contract has them. */
public final class Refusals {
    private Refusals() {}

    public static StatusRuntimeException of(Code code, String reason, Map<String, String> metadata) {
        return StatusProto.toStatusRuntimeException(
                status(code, reason, metadata).build());
    }

    public static StatusRuntimeException retryAfter(Code code, String reason, int seconds) {
        RetryInfo retry = RetryInfo.newBuilder()
                .setRetryDelay(Duration.newBuilder().setSeconds(seconds))
                .build();
        return StatusProto.toStatusRuntimeException(
                status(code, reason, Map.of()).addDetails(Any.pack(retry)).build());
    }

    private static Status.Builder status(Code code, String reason, Map<String, String> metadata) {
        ErrorInfo info = ErrorInfo.newBuilder()
                .setDomain("meanwhile.v1")
                .setReason(reason)
                .putAllMetadata(metadata)
                .build();
        return Status.newBuilder()
                .setCode(code.value())
                .setMessage("words about " + reason)
                .addDetails(Any.pack(info));
    }
}
