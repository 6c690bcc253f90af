/* recordings.js -- real answers, read from ../shared/recordings when they are there.
 *
 * Nothing is copied into this repository. The HTTP status of a file comes from the table in
 * SOURCES.md, or from the first three digits of its name (errors quoted in issues); a file
 * without either is a 200, or a 400 if its body is an error.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { framesOf } from './sse.js';

const ROOT = fileURLToPath(new URL('../../../shared/recordings', import.meta.url));

/** Where recordings are looked for: FAKE_RECORDINGS, or ../shared/recordings of the project. */
export const recordingsRoot = () => resolve(process.env.FAKE_RECORDINGS || ROOT);

const isAnswer = (path) => /\.(sse|json)$/.test(path) && !path.endsWith('.request.json');
const kindOf = (path) => (path.endsWith('.sse') ? 'sse' : 'json');

function readTable(root) {
  const file = join(root, 'SOURCES.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const rows = text.matchAll(/^\| ([^|]+) \| (\d{3}) \|/gm);
  return new Map([...rows].map(([, path, status]) => [path, Number(status)]));
}

function looksLikeError(bytes) {
  try {
    const value = JSON.parse(bytes);
    return Boolean(value.error) && !value.id;
  } catch {
    return false;
  }
}

function statusOf(path, bytes, table) {
  const named = path.match(/(?:^|\/)([1-5]\d\d)-[^/]*$/);
  const known = table.get(path) ?? Number(named?.[1] ?? 0);
  return known || (kindOf(path) === 'json' && looksLikeError(bytes) ? 400 : 200);
}

function readRequest(root, path) {
  const file = join(root, path.replace(/\.(sse|json)$/, '.request.json'));
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * The recordings that there are.
 * @param {'sse'|'json'} [kind] only these
 * @returns {{path, kind, status, request}[]} sorted by path; request is the recorded request
 *   body, parsed, if there is one. Empty if the directory is absent.
 */
export function listRecordings(kind) {
  const root = recordingsRoot();
  if (!existsSync(root)) return [];
  const table = readTable(root);
  return readdirSync(root, { recursive: true })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => isAnswer(path) && (!kind || kindOf(path) === kind))
    .sort()
    .map((path) => ({
      path,
      kind: kindOf(path),
      status: statusOf(path, readFileSync(join(root, path)), table),
      request: readRequest(root, path),
    }));
}

/** The bytes of the recording at |path|, or null if there is none. */
export function readRecording(path) {
  const root = recordingsRoot();
  const file = resolve(root, path);
  const inside = file.startsWith(root + sep);
  return inside && isAnswer(file) && existsSync(file) ? readFileSync(file) : null;
}

/**
 * The answer that replays the recording at |path|: its bytes exactly, or 501 if it is not there.
 * @returns {{status, headers, frames?, body?}}
 */
export function recordedAnswer(path) {
  const bytes = readRecording(path);
  if (!bytes) {
    const error = { message: `fake upstream: no recording ${path}` };
    const body = Buffer.from(JSON.stringify({ error }));
    return { status: 501, headers: { 'content-type': 'application/json' }, body };
  }
  const status = statusOf(path, bytes, readTable(recordingsRoot()));
  if (kindOf(path) === 'json') {
    return { status, headers: { 'content-type': 'application/json' }, body: bytes };
  }
  return { status, headers: { 'content-type': 'text/event-stream' }, frames: framesOf(bytes) };
}
