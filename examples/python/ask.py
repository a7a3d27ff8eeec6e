"""Asks one question, or with --follow reads a session's log for ever. What happens is told on stderr.

The answer comes on stdout; exit code 0 only if it is whole.
"""

import argparse
import asyncio
import sys
import uuid

import grpc
from meanwhile.v1 import session_service_pb2 as api
from meanwhile.v1 import session_service_pb2_grpc
from meanwhile_client import DROPPED, Answer, call, connect, follow, in_words


def tell(*words):
    print(*words, file=sys.stderr, flush=True)


def tell_entry(request, entry):
    tell("entry", entry.sequence, entry.WhichOneof("kind") or "unknown", "of", entry.message_id, "in", request.epoch)


async def ask(stub, workspace, text):
    # The same request_id in each try: however often it is sent, there is one session and one message.
    created = await call(stub.CreateSession, api.CreateSessionRequest(
        workspace=workspace, request_id=str(uuid.uuid4())))  # fmt: skip
    session_id = created.session.session_id
    submitted = await call(stub.SubmitMessage, api.SubmitMessageRequest(
        workspace=workspace, session_id=session_id, text=text, request_id=str(uuid.uuid4())))  # fmt: skip
    message_id = submitted.message.message_id
    tell("session", session_id, "message", message_id)

    answer = Answer()
    request = api.ResponseChunksRequest(
        workspace=workspace, session_id=session_id, message_id=message_id, epoch=submitted.epoch)  # fmt: skip
    async for entry in follow(stub, request):
        if entry is DROPPED:
            tell("drop")
            answer = Answer()
        else:
            tell_entry(request, entry)
            answer.add(entry)

    try:
        await call(stub.GetSession, api.GetSessionRequest(workspace=workspace, session_id="nobody"))
    except grpc.RpcError as error:
        tell("an error on purpose, to show how it reads:", in_words(error))
    if not answer.whole():
        got = await call(stub.GetMessage, api.GetMessageRequest(workspace=workspace, message_id=message_id))
        tell("no whole answer:", answer.end or got.turn.message)
        return 1
    print(answer.text)
    return 0


async def follow_session(stub, request):
    async for entry in follow(stub, request):
        tell("drop") if entry is DROPPED else tell_entry(request, entry)
    return 0


async def main(given):
    async with connect(given.server) as channel:
        stub = session_service_pb2_grpc.SessionServiceStub(channel)
        if given.text is not None:  # an empty one is refused by the server
            return await ask(stub, given.workspace, given.text)
        return await follow_session(stub, api.ResponseChunksRequest(
            workspace=given.workspace, session_id=given.follow,
            epoch=given.epoch, after_sequence=given.after))  # fmt: skip


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", default="127.0.0.1:7420", help="where the server is (default: %(default)s)")
    arguments.add_argument("--workspace", default="", help="whose sessions (default: the server's default)")
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--text", help="what to ask, in a new session")
    what.add_argument("--follow", metavar="SESSION", help="a session whose log is read, from the cursor on")
    arguments.add_argument("--epoch", default="", help="cursor: the epoch (what an entry is told to be in)")
    arguments.add_argument("--after", type=int, default=0, help="cursor: the last entry that was seen")
    try:
        sys.exit(asyncio.run(main(arguments.parse_args())))
    except grpc.RpcError as failed:
        sys.exit("failed: " + in_words(failed))
    except KeyboardInterrupt:
        sys.exit(130)
