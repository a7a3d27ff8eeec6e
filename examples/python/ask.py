"""Asks one question: the answer on stdout, what happened on stderr; exit code 0 only if the answer is whole."""

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


async def ask(server, text):
    async with connect(server) as channel:
        stub = session_service_pb2_grpc.SessionServiceStub(channel)
        # The same request_id in each try: however often it is sent, there is one session and one message.
        created = await call(stub.CreateSession, api.CreateSessionRequest(request_id=str(uuid.uuid4())))
        session_id = created.session.session_id
        submitted = await call(stub.SubmitMessage, api.SubmitMessageRequest(
            session_id=session_id, text=text, request_id=str(uuid.uuid4())))  # fmt: skip
        message_id = submitted.message.message_id
        tell("session", session_id, "message", message_id)

        answer = Answer()
        async for entry in follow(stub, session_id, message_id, submitted.epoch):
            if entry is DROPPED:
                tell("drop")
                answer = Answer()
            else:
                tell("entry", entry.sequence, entry.WhichOneof("kind") or "unknown")
                answer.add(entry)

        try:  # What a refusal looks like.
            await call(stub.GetSession, api.GetSessionRequest(session_id="nobody"))
        except grpc.RpcError as error:
            tell("refused:", in_words(error))
        if not answer.whole():
            got = await call(stub.GetMessage, api.GetMessageRequest(message_id=message_id))
            tell("no whole answer:", answer.end or got.turn.message)
            return 1
        print(answer.text)
        return 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", default="127.0.0.1:7420", help="where the server is (default: %(default)s)")
    arguments.add_argument("--text", required=True, help="what to ask")
    given = arguments.parse_args()
    try:
        sys.exit(asyncio.run(ask(given.server, given.text)))
    except grpc.RpcError as failed:
        sys.exit("failed: " + in_words(failed))
