package dev.meanwhile.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What requests that have come only in part may hold, told as grpc-java tells it. */
final class PartialRequestsTest {
    private final PartialRequests requests = new PartialRequests(100);
    private final List<String> ended = new ArrayList<>();

    /** Caught: the newest ended in place of the oldest; one that is ended still counted. */
    @Test
    void p11PastTheBoundTheOldestPartialRequestEnds() {
        ServerStreamTracer first = begin("first");
        ServerStreamTracer second = begin("second");
        first.inboundWireSize(40);
        second.inboundWireSize(60);
        assertEquals(List.of(), ended);
        second.inboundWireSize(1);
        assertEquals(List.of("first"), ended);
        begin("third").inboundWireSize(39);
        assertEquals(List.of("first"), ended);
        begin("fourth").inboundWireSize(1);
        assertEquals(List.of("first", "second"), ended);
    }

    /** Caught: only one ended where several hold too little. */
    @Test
    void p11AsManyEndAsTheBoundNeeds() {
        begin("first").inboundWireSize(5);
        begin("second").inboundWireSize(5);
        begin("third").inboundWireSize(85);
        begin("fourth").inboundWireSize(15);
        assertEquals(List.of("first", "second"), ended);
    }

    /** Caught: requests that a handler has, or those of closed calls, that stay counted. */
    @Test
    void p11TakenRequestsAndClosedCallsHoldNothing() {
        ServerStreamTracer whole = tracer();
        Runnable taken = guard(whole, "whole");
        whole.inboundWireSize(90);
        whole.inboundMessageRead(0, 90, 90);
        taken.run();
        ServerStreamTracer closed = begin("closed");
        closed.inboundWireSize(90);
        closed.streamClosed(Status.CANCELLED);
        begin("third").inboundWireSize(100);
        assertEquals(List.of(), ended);
    }

    /** Caught: an overrun that is forgotten because the call's handler comes later. */
    @Test
    void p11ACallThatOverrunsBeforeItsHandlerRunsEndsThen() {
        ServerStreamTracer early = tracer();
        early.inboundWireSize(101);
        guard(early, "early");
        assertEquals(List.of("early"), ended);
    }

    /** grpc-java keeps it until the client's half is closed. Caught: whole requests that nobody counts. */
    @Test
    void p11AWholeRequestCountsUntilItIsTaken() {
        ServerStreamTracer whole = begin("whole");
        whole.inboundWireSize(90);
        whole.inboundMessageRead(0, 90, 90);
        begin("second").inboundWireSize(11);
        assertEquals(List.of("whole"), ended);
    }

    /** Caught: the part of the next message forgotten with the one before. */
    @Test
    void p11OnlyTheTakenMessageOfACallIsForgotten() {
        ServerStreamTracer call = tracer();
        Runnable taken = guard(call, "call");
        call.inboundWireSize(30);
        call.inboundMessageRead(0, 30, 30);
        call.inboundWireSize(60);
        taken.run();
        begin("second").inboundWireSize(40);
        assertEquals(List.of(), ended);
        begin("third").inboundWireSize(1);
        assertEquals(List.of("call"), ended);
    }

    private ServerStreamTracer begin(String name) {
        ServerStreamTracer tracer = tracer();
        guard(tracer, name);
        return tracer;
    }

    private ServerStreamTracer tracer() {
        return requests.newServerStreamTracer("any/Method", new Metadata());
    }

    private Runnable guard(ServerStreamTracer tracer, String name) {
        List<Runnable> taken = new ArrayList<>();
        tracer.filterContext(Context.ROOT).run(() -> taken.add(PartialRequests.onOverrun(() -> ended.add(name))));
        return taken.getFirst();
    }
}
