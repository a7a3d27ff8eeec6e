'use strict';
// Asks one question: the answer on stdout, what happened on stderr; exit code 0 only if the answer is whole.

const crypto = require('node:crypto');
const { parseArgs } = require('node:util');
const { Answer, DROPPED, call, connect, follow, inWords } = require('./meanwhile-client');

const tell = console.error;

async function ask(client, text) {
  // The same request_id in each try: however often it is sent, there is one session and one message.
  const { session } = await call(client, 'CreateSession', { request_id: crypto.randomUUID() });
  const request = { session_id: session.session_id, text, request_id: crypto.randomUUID() };
  const { message, epoch } = await call(client, 'SubmitMessage', request);
  tell('session', session.session_id, 'message', message.message_id);

  let answer = new Answer();
  for await (const entry of follow(client, session.session_id, message.message_id, epoch)) {
    if (entry === DROPPED) {
      tell('drop');
      answer = new Answer();
    } else {
      tell('entry', entry.sequence, entry.kind ?? 'unknown');
      answer.add(entry);
    }
  }

  // What a refusal looks like.
  await call(client, 'GetSession', { session_id: 'nobody' }).catch((error) => tell('refused:', inWords(error)));
  if (!answer.whole()) {
    const { turn } = await call(client, 'GetMessage', { message_id: message.message_id });
    tell('no whole answer:', answer.end ?? turn.message);
    return 1;
  }
  console.log(answer.text);
  return 0;
}

async function main() {
  const { values } = parseArgs({
    options: { server: { type: 'string', default: '127.0.0.1:7420' }, text: { type: 'string' } },
  });
  if (!values.text) throw new Error('--text says what to ask');
  const client = connect(values.server);
  process.exitCode = await ask(client, values.text);
  client.close();
}

main().catch((error) => {
  tell('failed:', error.code === undefined ? error.message : inWords(error));
  process.exit(1);
});
