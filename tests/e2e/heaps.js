// heaps.js -- what each isolate of a workerd holds, read from its inspector.
import { setTimeout as sleep } from 'node:timers/promises';

// A connection of the Chrome DevTools Protocol: call(method) resolves with the result.
async function connect(url) {
  const socket = new WebSocket(url);
  const waiting = new Map();
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`no inspector at ${url}`));
  });
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(data);
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  let calls = 0;
  const call = (method) => new Promise((resolve) => {
    calls += 1;
    waiting.set(calls, resolve);
    socket.send(JSON.stringify({ id: calls, method }));
  });
  return { call, close: () => socket.close() };
}

// The isolates of the workerd whose inspector listens on |port|.
export async function openHeaps(port) {
  const targets = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
  const isolates = await Promise.all(targets.map((one) => connect(one.webSocketDebuggerUrl)));
  const usage = () => Promise.all(isolates.map(({ call }) => call('Runtime.getHeapUsage')));
  // The backing stores are array buffers and the memory of WebAssembly.
  const inUse = (one) => one.usedSize + one.embedderHeapUsedSize + one.backingStorageSize;
  const reserved = (one) => one.totalSize + one.embedderHeapUsedSize + one.backingStorageSize;
  return {
    // Bytes in use, a figure for each isolate, garbage included.
    inUse: async () => (await usage()).map(inUse),
    // The most bytes that one isolate had reserved at any time until |promise| settled.
    async peak(promise, everyMs = 100) {
      let running = true;
      promise.finally(() => { running = false; }).catch(() => {});
      let peak = 0;
      while (running) {
        peak = Math.max(peak, ...(await usage()).map(reserved));
        await sleep(everyMs);
      }
      return peak;
    },
    close: () => isolates.forEach((one) => one.close()),
  };
}
