"""The part to copy: calls that are repeated safely, and a session's log followed across cuts and server restarts."""

import asyncio
import hashlib
import logging
import random

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from meanwhile.v1 import response_pb2

CALL_TIMEOUT = 10  # seconds, of each try of a unary call
PATIENCE = 5  # seconds: a refusal that asks for a longer pause (a full queue) is the caller's
SILENCE = 45  # seconds: a stream without a sign of life for three heartbeat intervals is dead
DROPPED = object()  # follow() says: the server's log is another one now, drop what you hold
TERMINAL = ("completed", "failed", "cancelled")
CUT = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED,
       grpc.StatusCode.RESOURCE_EXHAUSTED)  # fmt: skip
CUT_WITHOUT_REASON = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)  # a connection that broke in the middle

log = logging.getLogger(__name__)  # its warnings go to stderr, if not set up otherwise
address = ""  # of the one connection, to tell of it


def connect(server):
    global address
    address = server
    return grpc.aio.insecure_channel(server, options=[
        ("grpc.keepalive_time_ms", 30_000),  # the server allows a ping every 10 s
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.max_reconnect_backoff_ms", 5_000),  # the default lets a client sleep two minutes after a restart
    ])  # fmt: skip


def details(error):
    """What the server says of a refusal: its ErrorInfo (empty if there is none) and the pause it asks for."""
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        detail.Unpack(info) or detail.Unpack(retry)  # each takes only its own kind
    return info, retry.retry_delay.ToTimedelta().total_seconds()


def in_words(error):
    info, _ = details(error)
    facts = ", ".join(f"{key} = {value}" for key, value in sorted(info.metadata.items()))
    return f"{error.code().name} {info.reason or 'without a reason'} ({facts}): {error.details()}"


def is_cut(error):
    """Whether a stream only broke, so that it is worth another call, or was refused."""
    code = error.code()
    return code in CUT or (code in CUT_WITHOUT_REASON and not details(error)[0].reason)


def lost(error=None):
    """Why a try failed."""
    if error and details(error)[0].reason:
        return in_words(error)
    return f"no connection to {address} ({error.details() if error else 'the stream ended, or was silent'})"


async def pause(failures, asked=0.0, why=None):
    """Twice as long each time, up to 5 s, with jitter, and never shorter than the server asks. The first is told."""
    if why and failures == 1:
        log.warning("%s; trying again", why)
    await asyncio.sleep(max(asked, min(5, 0.1 * 2**failures) * random.uniform(0.5, 1)))


async def call(method, request, tries=12):
    """A unary call, repeated while that may help. Requests that change something need a request_id for this."""
    for failures in range(1, tries + 1):
        try:
            return await method(request, timeout=CALL_TIMEOUT)
        except grpc.RpcError as error:
            _, asked = details(error)
            passing = (error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
                       or 0 < asked <= PATIENCE)  # fmt: skip
            if not passing or failures == tries:
                raise
            await pause(failures, asked, lost(error))


async def follow(stub, request):
    """Yields each log entry behind the request's cursor once, in order; DROPPED: start anew with nothing.

    The ResponseChunksRequest names a session and its workspace. With message_id this ends with that message, else it
    goes on for ever, or until the session is deleted, or closed and done. The request's cursor (epoch, after_sequence)
    moves along: keep both with what you hold, and start from them the next time.
    """
    request.follow = True
    failures = 0
    while True:
        stream, asked, why = stub.ResponseChunks(request), 0.0, lost()
        try:
            while (event := await asyncio.wait_for(stream.read(), SILENCE)) is not grpc.aio.EOF:
                kind = event.WhichOneof("event")  # None: an event of a later server
                if kind == "started":
                    request.epoch = event.started.epoch
                elif kind == "entries":
                    failures = 0
                    for entry in event.entries.entries:
                        request.after_sequence = entry.sequence
                        yield entry
                        if request.message_id and entry.WhichOneof("kind") in TERMINAL:
                            return
                elif kind == "heartbeat":
                    request.after_sequence, failures = event.heartbeat.last_sequence, 0
                elif kind == "closing":
                    request.after_sequence = event.closing.resume_after
                    if event.closing.reason in (response_pb2.CLOSING_REASON_CAUGHT_UP,
                                                response_pb2.CLOSING_REASON_SESSION_DELETED):  # fmt: skip
                        return
        except asyncio.TimeoutError:
            pass  # silent for too long
        except grpc.RpcError as error:
            (info, asked), why = details(error), lost(error)
            if info.reason in ("EPOCH_CHANGED", "CURSOR_AHEAD"):
                request.epoch, request.after_sequence, why = info.metadata["epoch"], 0, None
                yield DROPPED
            elif not is_cut(error):
                raise
        finally:
            stream.cancel()
        failures += 1
        await pause(failures, asked, why)


class Answer:
    """What the entries of one message add up to."""

    def __init__(self):
        self.chunks, self.end = [], None

    def add(self, entry):
        kind = entry.WhichOneof("kind")  # None: a kind of a later server, its sequence is all that counts
        if kind == "text":
            self.chunks.append(entry.text.text)
        elif kind == "attempt_reset":
            self.chunks.clear()  # the attempt failed, the next one starts anew
        elif kind in TERMINAL:
            self.end = entry

    @property
    def text(self):
        return "".join(self.chunks)

    def whole(self):
        """Whether the answer was completed, and is byte for byte what the server stored."""
        if self.end is None or not self.end.HasField("completed"):
            return False
        stored, own = self.end.completed, self.text.encode()
        return (stored.sha256 == hashlib.sha256(own).hexdigest()
                and stored.chunk_count == len(self.chunks) and stored.byte_count == len(own))  # fmt: skip
