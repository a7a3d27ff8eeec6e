'use strict';
// The part to copy: calls that are repeated safely, and a session's log followed across cuts and server restarts.

const crypto = require('node:crypto');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const CALL_TIMEOUT = 10_000; // ms, of each try of a unary call
const PATIENCE = 5_000; // ms: a refusal that asks for a longer pause (a full queue) is the caller's
const SILENCE = 45_000; // ms: a stream without a sign of life for three heartbeat intervals is dead
const DROPPED = Symbol('dropped'); // follow() says: the server's log is another one now, drop what you hold
const TERMINAL = ['completed', 'failed', 'cancelled'];
const CUT = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'CANCELLED', 'RESOURCE_EXHAUSTED'];
const CUT_WITHOUT_REASON = ['INTERNAL', 'UNKNOWN']; // a connection that broke in the middle

const loaded = protoLoader.loadSync(
  ['meanwhile/v1/session_service.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
  {
    includeDirs: [
      process.env.MEANWHILE_PROTO || path.join(__dirname, '../../proto/src/main/protobuf'),
      path.join(require.resolve('google-gax'), '../../protos'), // google/rpc
    ],
    keepCase: true, // names as in the contract
    longs: Number, // sequences stay below 2^53
    enums: String,
    defaults: true,
    oneofs: true, // entry.kind names the field that is set
    json: true, // unpacks the details of errors
  },
);
const { SessionService } = grpc.loadPackageDefinition(loaded).meanwhile.v1;

function connect(server) {
  return new SessionService(server, grpc.credentials.createInsecure(), {
    'grpc.keepalive_time_ms': 30_000, // the server allows a ping every 10 s
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.max_reconnect_backoff_ms': 5_000, // the default lets a client sleep two minutes after a restart
  });
}

/** What the server says of a refusal: its reason, the facts beside it, and the pause in ms it asks for. */
function details(error) {
  const [packed] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const list = packed ? loaded['google.rpc.Status'].deserialize(packed).details : [];
  const find = (type) => list.find((detail) => detail['@type'].endsWith(`/google.rpc.${type}`));
  const info = find('ErrorInfo');
  const asked = find('RetryInfo')?.retry_delay;
  return {
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    asked: asked ? Number(asked.seconds) * 1000 + asked.nanos / 1e6 : 0,
  };
}

function inWords(error) {
  const { reason, metadata } = details(error);
  const facts = Object.keys(metadata).sort().map((key) => `${key} = ${metadata[key]}`).join(', ');
  return `${grpc.status[error.code]} ${reason || 'without a reason'} (${facts}): ${error.details}`;
}

/** Whether a stream only broke, so that it is worth another call, or was refused. */
function isCut(error) {
  const code = grpc.status[error.code];
  return CUT.includes(code) || (CUT_WITHOUT_REASON.includes(code) && !details(error).reason);
}

/** Twice as long each time, up to 5 s, with jitter, and never shorter than the server asks. The first is told. */
function pause(client, failures, asked, error) {
  if (failures === 1 && error) {
    const server = client.getChannel().getTarget().replace(/^dns:/, '');
    const why = details(error).reason ? inWords(error) : `no connection to ${server} (${error.details})`;
    console.error(`${why}; trying again`);
  }
  return sleep(Math.max(asked, Math.min(5000, 100 * 2 ** failures) * (0.5 + Math.random() / 2)));
}

/** A unary call, repeated while that may help. Requests that change something need a request_id for this. */
async function call(client, method, request, tries = 12) {
  for (let failures = 1; ; failures++) {
    try {
      return await new Promise((resolve, reject) =>
        client[method](request, { deadline: Date.now() + CALL_TIMEOUT }, (error, response) =>
          error ? reject(error) : resolve(response)));
    } catch (error) {
      const { asked } = details(error);
      const passing = ['UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(grpc.status[error.code])
        || (asked > 0 && asked <= PATIENCE);
      if (!passing || failures === tries) throw error;
      await pause(client, failures, asked, error);
    }
  }
}

/**
 * Yields each log entry behind the request's cursor once, in order; DROPPED: start anew with nothing.
 *
 * The ResponseChunksRequest names a session and its workspace. With message_id this ends with that message, else it
 * goes on for ever, or until the session is deleted, or closed and done. The request's cursor (epoch, after_sequence)
 * moves along: keep both with what you hold, and start from them the next time.
 */
async function* follow(client, request) {
  request.follow = true;
  for (let failures = 1; ; failures++) {
    let asked = 0;
    let why = { details: 'the stream ended' };
    const stream = client.ResponseChunks(request);
    const watchdog = setTimeout(() => stream.cancel(), SILENCE);
    try {
      for await (const event of stream) {
        watchdog.refresh();
        if (event.event === 'started') {
          request.epoch = event.started.epoch;
        } else if (event.event === 'entries') {
          failures = 1;
          for (const entry of event.entries.entries) {
            request.after_sequence = entry.sequence;
            yield entry;
            if (request.message_id && TERMINAL.includes(entry.kind)) return;
          }
        } else if (event.event === 'heartbeat') {
          failures = 1;
          request.after_sequence = event.heartbeat.last_sequence;
        } else if (event.event === 'closing') {
          request.after_sequence = event.closing.resume_after;
          if (['CLOSING_REASON_CAUGHT_UP', 'CLOSING_REASON_SESSION_DELETED'].includes(event.closing.reason)) return;
        } // else an event of a later server
      }
    } catch (error) {
      const { reason, metadata, asked: delay } = details(error);
      asked = delay;
      why = error;
      if (['EPOCH_CHANGED', 'CURSOR_AHEAD'].includes(reason)) {
        [request.epoch, request.after_sequence] = [metadata.epoch, 0];
        why = null;
        yield DROPPED;
      } else if (!isCut(error)) {
        throw error;
      }
    } finally {
      clearTimeout(watchdog);
      stream.cancel();
    }
    await pause(client, failures, asked, why);
  }
}

/** What the entries of one message add up to. */
class Answer {
  chunks = [];
  end = null;

  add(entry) {
    if (entry.kind === 'text') this.chunks.push(entry.text.text);
    else if (entry.kind === 'attempt_reset') this.chunks = []; // the attempt failed, the next one starts anew
    else if (TERMINAL.includes(entry.kind)) this.end = entry;
    // else reasoning, or a kind of a later server: its sequence is all that counts
  }

  get text() {
    return this.chunks.join('');
  }

  /** Whether the answer was completed, and is byte for byte what the server stored. */
  whole() {
    const stored = this.end?.completed;
    const own = Buffer.from(this.text);
    return Boolean(stored)
      && stored.sha256 === crypto.createHash('sha256').update(own).digest('hex')
      && stored.chunk_count === this.chunks.length && stored.byte_count === own.length;
  }
}

module.exports = { Answer, DROPPED, call, connect, follow, inWords };
