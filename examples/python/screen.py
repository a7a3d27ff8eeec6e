"""A small chat screen: prints the list of sessions when it changes, shows the one that is opened, says what is typed.

A number opens the session of that number; anything else is said in the open one. Ctrl-D ends.
"""

import argparse
import asyncio
import sys
import threading
import uuid

import grpc
from meanwhile.v1 import session_pb2, session_service_pb2_grpc
from meanwhile.v1 import session_service_pb2 as api
from meanwhile_client import DROPPED, SILENCE, call, connect, details, follow, in_words, is_cut, lost, pause


async def watch(stub, workspace):
    """Yields the sessions by id as they are now, after each change, for ever, across cuts and server restarts."""
    failures = 0
    while True:
        stream, asked, why = stub.WatchWorkspace(api.WatchWorkspaceRequest(workspace=workspace)), 0.0, lost()
        sessions, whole = {}, False  # each stream tells everything anew: what it does not send is gone
        try:
            while (event := await asyncio.wait_for(stream.read(), SILENCE)) is not grpc.aio.EOF:
                failures = 0
                for session in event.changes.sessions:
                    sessions[session.session_id] = session
                for gone in event.changes.deleted_session_ids:
                    sessions.pop(gone, None)
                whole = whole or event.HasField("caught_up")
                if whole:
                    yield sessions
        except asyncio.TimeoutError:
            pass  # silent for too long
        except grpc.RpcError as error:
            (_, asked), why = details(error), lost(error)
            if not is_cut(error):
                raise
        finally:
            stream.cancel()
        failures += 1
        await pause(failures, asked, why)


def show(turn):
    print(f"> {turn.text}")
    if turn.answer_truncated:
        print("-- a part of this answer is not shown here")
    print(turn.answer, end="\n" if turn.message.terminal_sequence else "", flush=True)


class Screen:
    def __init__(self, stub, workspace):
        self.stub, self.workspace = stub, workspace
        self.sessions, self.open_id, self.following = {}, None, None

    async def show_list(self):
        shown = None
        async for self.sessions in watch(self.stub, self.workspace):
            lines = ["-- sessions"]
            for session in sorted(self.sessions.values(), key=lambda session: session.number):
                works = ", works" if session.queued_messages + session.running_messages else ""
                if session.HasField("retry_time"):
                    works = ", between attempts"
                closed = ", closed" if session.state == session_pb2.SESSION_STATE_CLOSED else ""
                lines.append(f"{'*' if session.session_id == self.open_id else ' '} {session.number} {session.name}: "
                             f"{session.unread_messages} unread, {session.pending_notifications} notifications"
                             f"{works}{closed}")  # fmt: skip
            if lines != shown:  # other changes are not seen in this list
                print(*lines, sep="\n", flush=True)
                shown = lines

    async def open(self, session_id):
        """What a click does: makes it the active session, shows what came meanwhile, and goes on from there."""
        switched = await call(self.stub.SwitchSession, api.SwitchSessionRequest(
            workspace=self.workspace, session_id=session_id))  # fmt: skip
        listed = await call(self.stub.ListMessages, api.ListMessagesRequest(
            workspace=self.workspace, session_id=session_id))  # fmt: skip
        if self.following:
            self.following.cancel()
        self.open_id = session_id
        print(f"-- {switched.session.name}")
        known = {turn.message.message_id for turn in switched.turns}
        silent = [turn for turn in reversed(listed.turns)  # nothing came of them meanwhile, so they are no turns
                  if not turn.message.terminal_sequence and turn.message.message_id not in known]  # fmt: skip
        known.update(turn.message.message_id for turn in silent)
        for turn in switched.turns:
            if turn.message.terminal_sequence:
                show(turn)
        for turn in silent:
            print(f"> {turn.text}")
        if silent:
            print(f"-- {len(silent)} without an answer yet", flush=True)
        for turn in switched.turns:
            if not turn.message.terminal_sequence:
                show(turn)  # last, since the stream goes on with it
        request = api.ResponseChunksRequest(
            workspace=self.workspace, session_id=session_id,
            epoch=switched.session.epoch, after_sequence=switched.resume_after)  # fmt: skip
        shown = api.ResponseChunksRequest()
        shown.CopyFrom(request)  # the stream moves its own cursor along
        self.following = asyncio.create_task(told(self.show_log(request, known)))
        await self.mark_read(shown)  # behind the stream's start: a refusal of this leaves the session followed

    async def show_log(self, request, known):
        async for entry in follow(self.stub, request):
            if entry is DROPPED:
                print("-- the server has another log now; all of it:")
                known.clear()
                continue
            if entry.message_id not in known:  # what the user said is not in the log
                known.add(entry.message_id)
                got = await call(self.stub.GetMessage, api.GetMessageRequest(
                    workspace=self.workspace, message_id=entry.message_id))  # fmt: skip
                print(f"> {got.turn.text}")
            kind = entry.WhichOneof("kind")
            if kind == "text":
                print(entry.text.text, end="", flush=True)
            elif kind == "attempt_reset":
                print("\n-- broke off; again:")  # a screen that can takes the text away
            elif kind in ("completed", "failed", "cancelled"):
                print("" if kind == "completed" else f"\n-- {kind} {entry.failed.message}", flush=True)
                await self.mark_read(request)

    async def mark_read(self, request):
        """Everything up to the cursor was shown. Acknowledges the notifications of it, too."""
        await call(self.stub.MarkSessionRead, api.MarkSessionReadRequest(
            workspace=self.workspace, session_id=request.session_id,
            epoch=request.epoch, through_sequence=request.after_sequence))  # fmt: skip

    async def type(self, line):
        clicked = next((each.session_id for each in self.sessions.values() if str(each.number) == line), None)
        if clicked:
            await self.open(clicked)
        elif line and self.open_id:
            await call(self.stub.SubmitMessage, api.SubmitMessageRequest(
                workspace=self.workspace, session_id=self.open_id, text=line,
                request_id=str(uuid.uuid4())))  # fmt: skip
        else:
            print("-- a number of the list opens a session, then say something", flush=True)


async def told(work):
    try:
        await work
    except grpc.RpcError as error:
        print("-- refused:", in_words(error), flush=True)


async def main(given):
    async with connect(given.server) as channel:
        screen = Screen(session_service_pb2_grpc.SessionServiceStub(channel), given.workspace)
        lines, loop = asyncio.Queue(), asyncio.get_running_loop()

        def read():
            for line in open(0):
                loop.call_soon_threadsafe(lines.put_nowait, line.strip())
            loop.call_soon_threadsafe(lines.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()
        print("-- a number opens that session, anything else is said in the open one, Ctrl-D ends", flush=True)
        listing = asyncio.create_task(told(screen.show_list()))  # kept, else it may be collected
        while (line := await lines.get()) is not None:
            await told(screen.type(line))
        listing.cancel()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--server", default="127.0.0.1:7420", help="where the server is (default: %(default)s)")
    arguments.add_argument("--workspace", default="", help="whose sessions (default: the server's default)")
    try:
        asyncio.run(main(arguments.parse_args()))
    except KeyboardInterrupt:
        sys.exit(130)
