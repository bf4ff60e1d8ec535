/**
 * A process beside the server of the hashing benchmark. As `innocent` it pings the server as a client that has nothing to do with the
 * passwords; as `timer` it does nothing at all, so that its lateness is the machine's.
 */
import { LineClient } from '../hostile/line-client.ts';
import { startMeasuring, stopMeasuring } from './loop-delay.ts';

/** What it reports, in milliseconds. */
export interface BystanderReport {
  readonly p99: number;
  readonly max: number;
}

const PING_MS = 5;
const [role = 'timer', port = '0'] = process.argv.slice(2);

async function ping(): Promise<() => BystanderReport> {
  const client = new LineClient(Number(port), '127.0.0.1');
  await client.register('innocent');
  const sent = new Map<string, number>();
  const took: number[] = [];
  client.onLine = (line) => {
    const name = line.slice(line.lastIndexOf(':') + 1);
    const at = sent.get(name);
    if (at === undefined) return;
    sent.delete(name);
    took.push(performance.now() - at);
  };
  let count = 0;
  const timer = setInterval(() => {
    const name = `n${count++}`;
    sent.set(name, performance.now());
    client.send(`PING :${name}`);
  }, PING_MS);
  return () => {
    clearInterval(timer);
    client.close();
    took.sort((a, b) => a - b);
    return { p99: took[Math.floor(took.length * 0.99)] ?? Number.NaN, max: took.at(-1) ?? Number.NaN };
  };
}

let end: () => BystanderReport = stopMeasuring;
process.on('message', async (message) => {
  if (message === 'start') {
    if (role === 'innocent') end = await ping();
    else startMeasuring();
    process.send?.('started');
    return;
  }
  process.send?.(end());
  process.disconnect();
});
