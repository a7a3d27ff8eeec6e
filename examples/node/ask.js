'use strict';

const crypto = require('node:crypto');
const { parseArgs } = require('node:util');
const { Answer, DROPPED, call, connect, follow, inWords } = require('./meanwhile-client');

const tell = console.error;
const tellEntry = (request, entry) =>
  tell('entry', entry.sequence, entry.kind ?? 'unknown', 'of', entry.message_id, 'in', request.epoch);

const USAGE = `Asks one question, or with --follow reads a session's log for ever. What happens is told on stderr.
The answer comes on stdout; exit code 0 only if it is whole.

  node ask.js [--server HOST:PORT] [--workspace NAME] --text TEXT
  node ask.js [--server HOST:PORT] [--workspace NAME] --follow SESSION [--epoch EPOCH --after SEQUENCE]

  --server     where the server is (default: 127.0.0.1:7420)
  --workspace  whose sessions (default: the server's default)
  --text       what to ask, in a new session
  --follow     a session whose log is read, from the cursor on
  --epoch      cursor: the epoch (what an entry is told to be in)
  --after      cursor: the last entry that was seen`;

async function ask(client, workspace, text) {
  // The same request_id in each try: however often it is sent, there is one session and one message.
  const { session } = await call(client, 'CreateSession', { workspace, request_id: crypto.randomUUID() });
  const { session_id } = session;
  const submit = { workspace, session_id, text, request_id: crypto.randomUUID() };
  const { message, epoch } = await call(client, 'SubmitMessage', submit);
  const { message_id } = message;
  tell('session', session_id, 'message', message_id);

  let answer = new Answer();
  const request = { workspace, session_id, message_id, epoch, after_sequence: 0 };
  for await (const entry of follow(client, request)) {
    if (entry === DROPPED) {
      tell('drop');
      answer = new Answer();
    } else {
      tellEntry(request, entry);
      answer.add(entry);
    }
  }

  await call(client, 'GetSession', { workspace, session_id: 'nobody' })
    .catch((error) => tell('an error on purpose, to show how it reads:', inWords(error)));
  if (!answer.whole()) {
    const { turn } = await call(client, 'GetMessage', { workspace, message_id });
    tell('no whole answer:', answer.end ?? turn.message);
    return 1;
  }
  console.log(answer.text);
  return 0;
}

async function followSession(client, request) {
  for await (const entry of follow(client, request)) {
    if (entry === DROPPED) tell('drop');
    else tellEntry(request, entry);
  }
  return 0;
}

async function main() {
  const { values } = parseArgs({
    options: {
      server: { type: 'string', default: '127.0.0.1:7420' },
      workspace: { type: 'string', default: '' },
      text: { type: 'string' },
      follow: { type: 'string' },
      epoch: { type: 'string', default: '' },
      after: { type: 'string', default: '0' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(USAGE);
  const { workspace, text, follow: session_id, epoch, after } = values;
  if ((text === undefined) === (session_id === undefined)) {
    throw new Error('--text says what to ask, or --follow which session to read');
  }
  const client = connect(values.server);
  process.exitCode = text !== undefined // an empty one is refused by the server
    ? await ask(client, workspace, text)
    : await followSession(client, { workspace, session_id, epoch, after_sequence: Number(after) });
  client.close();
}

main().catch((error) => {
  tell('failed:', typeof error.code === 'number' ? inWords(error) : error.message);
  process.exit(1);
});
