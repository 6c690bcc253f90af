/* load.js -- the clients of the benchmark, a process of its own.
 *
 * For each job that its parent sends, { url, request, check, count, together }, it makes |count|
 * requests, |together| at a time, then looks whether the answers are right, when nothing is being
 * measured any more. Two messages come back: { times }, for each request the milliseconds to the
 * first byte of the body and to the last, then { wrong }, what is wrong with an answer or null.
 */
import { Agent, request as open } from 'node:http';
import { CHECKS } from './checks.js';

function ask(agent, url, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const request = open(url + path, { agent, method, headers }, (response) => {
      const pieces = [];
      let first;
      response.on('data', (piece) => {
        first ??= performance.now() - start;
        pieces.push(piece);
      });
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode,
        text: Buffer.concat(pieces).toString(),
        times: { first, last: performance.now() - start },
      }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

// With connections of its own: those of another job may be stale by now.
async function askAll({ url, request, count, together }) {
  const agent = new Agent({ keepAlive: true, noDelay: true });
  const answers = [];
  let asked = 0;
  const client = async () => {
    while (asked < count) {
      asked += 1;
      answers.push(await ask(agent, url, request));
    }
  };
  await Promise.all(Array.from({ length: together }, client));
  agent.destroy();
  return answers;
}

function wrongIn(answers, check) {
  for (const { status, text } of answers) {
    try {
      CHECKS[check](status, text);
    } catch (error) {
      return `${error.message}\n${text.slice(0, 300)}`;
    }
  }
  return null;
}

process.on('message', async (job) => {
  try {
    const answers = await askAll(job);
    process.send({ times: answers.map(({ times }) => times) });
    process.send({ wrong: wrongIn(answers, job.check) });
  } catch (error) {
    process.send({ times: [] });
    process.send({ wrong: error.stack });
  }
});
process.once('disconnect', () => process.exit());
