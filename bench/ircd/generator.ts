/**
 * The load generator: a process of its own, so that its work is not the server's and it can be pinned to another core.
 * It is sent its job over IPC, for there may be a password in it, and reports there.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistogramSummary } from '../../contract/histogram.ts';
import { LoadClient } from './load-client.ts';
import type {
  GeneratorMessage,
  Job,
  Measurement,
  MemoryJob,
  PacedJob,
  RegisterJob,
  SaturateJob,
} from './messages.ts';

/** 32 characters of text: what a short chat line has. */
const TEXT = 'the quick brown fox jumps over it';
/** Digits of the message number in a timed message, and how many numbers are in use before they repeat. */
const DIGITS = 5;
const NUMBERS = 100_000;
/** InspIRCd finishes registrations once a second, so a small number here would measure only that. */
const CONNECT_CONCURRENCY = 1000;
const QUIET_MS = 300;

function report(message: GeneratorMessage): void {
  process.send?.(message);
}

/** A job whose clients are in channels. */
type ChannelJob = SaturateJob | PacedJob | MemoryJob;

const nickOf = (index: number, prefix = 'c') => `${prefix}${String(index).padStart(5, '0')}`;
const channelOf = (index: number, { channels, channelPrefix = '#bench' }: ChannelJob) =>
  `${channelPrefix}${index % channels}`;

/** The client of this number. */
function clientOf(job: Job, index: number, channels: number): LoadClient {
  const { port, place, nickPrefix, password, origin, webSockets, webSocketPort = 0 } = job;
  const framed = webSockets === 'all' || (webSockets === 'half' && Math.floor(index / channels) % 2 === 1);
  const options = { webSocket: framed, origin, place, password };
  return new LoadClient(framed ? webSocketPort : port, nickOf(index, nickPrefix), options);
}

/** Runs `work` for 0..count-1, at most `concurrency` at a time. */
async function inParallel(count: number, concurrency: number, work: (index: number) => Promise<void>) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, lane));
}

function fail(why: string): never {
  report({ type: 'error', message: why });
  process.exit(1);
}

/** What is counted while load runs. */
const totals = { lines: 0, bytes: 0, reads: 0 };

/** Connects, registers and joins everybody, and waits until the JOINs of others have all arrived. */
async function populate(job: ChannelJob): Promise<LoadClient[]> {
  const clients: LoadClient[] = [];
  await inParallel(job.clients, job.concurrency ?? CONNECT_CONCURRENCY, async (index) => {
    const client = clientOf(job, index, job.channels);
    clients[index] = client;
    await client.register(index % 2 === 0 ? undefined : job.capabilities);
    await client.join(channelOf(index, job));
  });
  for (const client of clients) {
    client.onBytes = (bytes, length) => {
      client.passOver(bytes, length);
      totals.bytes += length;
    };
    client.onLost = (why) => fail(`${client.nick} was lost: ${why}`);
  }
  await untilQuiet();
  return clients;
}

/** Until nobody is sent anything more. */
async function untilQuiet(): Promise<void> {
  for (let before = -1; before !== totals.bytes; ) {
    before = totals.bytes;
    await sleep(QUIET_MS);
  }
}

/** Lines a second in slices of that length, from now until it is asked. */
function sliced(sliceMs: number): () => readonly number[] {
  const rates: number[] = [];
  let { lines } = totals;
  let begun = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    rates.push(((totals.lines - lines) / (now - begun)) * 1000);
    lines = totals.lines;
    begun = now;
  }, sliceMs);
  return () => {
    clearInterval(timer);
    return rates;
  };
}

async function measure(
  { warmupMs, measureMs, sliceMs }: Pick<SaturateJob, 'warmupMs' | 'measureMs' | 'sliceMs'>,
  latency: () => HistogramSummary | null,
): Promise<Measurement> {
  await sleep(warmupMs);
  report({ type: 'start' });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { lines, bytes, reads } = totals;
  const slices = sliceMs === undefined ? null : sliced(sliceMs);
  await sleep(measureMs);
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    seconds,
    count: totals.lines - lines,
    bytes: totals.bytes - bytes,
    reads: totals.reads - reads,
    generatorCpuSeconds: (used.user + used.system) / 1e6,
    latency: latency(),
    ...(slices === null ? {} : { sliceRates: slices() }),
  };
}

/** What a histogram of nanoseconds says, in seconds. */
function summaryOf(histogram: RecordableHistogram): HistogramSummary {
  const seconds = (nanoseconds: number) => nanoseconds / 1e9;
  return {
    count: histogram.count,
    p50: seconds(histogram.percentile(50)),
    p95: seconds(histogram.percentile(95)),
    p99: seconds(histogram.percentile(99)),
    p999: seconds(histogram.percentile(99.9)),
    max: seconds(histogram.max),
  };
}

/** One client of each channel speaks. Each of its messages leaves by itself, as a person's or a bot's does. */
async function oneSender(job: SaturateJob): Promise<Measurement> {
  const clients = await populate(job);
  const round = Math.floor(job.clients / job.channels) - 1;
  const channels = clients.slice(0, job.channels).map((sender, channel) => ({
    sender,
    message: sender.wire.encode(`PRIVMSG ${channelOf(channel, job)} :${TEXT}`),
    due: round,
  }));
  for (const [index, client] of clients.entries()) {
    const channel = channels[index % job.channels]!;
    client.onBytes = (bytes, length) => {
      const lines = client.wire.read(bytes, length);
      totals.lines += lines;
      totals.bytes += length;
      totals.reads++;
      for (channel.due -= lines; channel.due <= 0; channel.due += round) channel.sender.send(channel.message);
    };
  }
  for (const { sender, message } of channels) for (let i = 0; i < job.window; i++) sender.send(message);
  return measure(job, () => null);
}

async function saturate(job: SaturateJob): Promise<Measurement> {
  if (job.senders === 'one') return oneSender(job);
  const clients = await populate(job);
  const round = Math.floor(job.clients / job.channels) - 1;
  for (const [index, client] of clients.entries()) {
    const { wire } = client;
    const message = wire.encode(`PRIVMSG ${channelOf(index, job)} :${TEXT}`);
    const batches = Array.from({ length: 65 }, (_, count) => Buffer.concat(new Array(count).fill(message)));
    let due = round;
    client.onBytes = (bytes, length) => {
      const lines = wire.read(bytes, length);
      totals.lines += lines;
      totals.bytes += length;
      totals.reads++;
      due -= lines;
      if (due > 0) return;
      const batch = Math.min(64, Math.floor(-due / round) + 1);
      due += batch * round;
      client.send(batches[batch]!);
    };
    client.send(batches[Math.min(64, job.window)]!);
  }
  return measure(job, () => null);
}

async function paced(job: PacedJob): Promise<Measurement> {
  const clients = await populate(job);
  const receivers = Math.floor(job.clients / job.channels) - 1;
  const messagesPerMs = job.deliveriesPerSecond / receivers / 1000;
  const sentAt = new Float64Array(NUMBERS);
  const histogram = createHistogram();
  for (const client of clients) {
    const { wire } = client;
    client.onBytes = (bytes, length) => {
      const now = performance.now();
      totals.bytes += length;
      totals.reads++;
      totals.lines += wire.read(bytes, length, (end) => {
        // The number ends the line: "...00042". A line that a read splits inside the number is not timed.
        if (end < DIGITS) return;
        let number = 0;
        for (let at = end - DIGITS; at < end; at++) number = number * 10 + bytes[at]! - 48;
        const sent = sentAt[number] ?? 0;
        if (sent > 0) histogram.record(Math.max(1, Math.round((now - sent) * 1e6)));
      });
    };
  }
  const begun = performance.now();
  let sentCount = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const dueCount = Math.floor((now - begun) * messagesPerMs);
    for (; sentCount < dueCount; sentCount++) {
      // A stride that is prime to the number of clients spreads the senders over channels.
      const index = (sentCount * 7919) % clients.length;
      const number = sentCount % NUMBERS;
      sentAt[number] = now;
      const padded = String(number).padStart(DIGITS, '0');
      clients[index]!.say(`PRIVMSG ${channelOf(index, job)} :${TEXT} ${padded}`);
    }
  }, 1);
  setTimeout(() => histogram.reset(), job.warmupMs);
  const measurement = await measure(job, () => summaryOf(histogram));
  clearInterval(timer);
  return measurement;
}

/** All rest, all say something, all rest: what they take of the server's memory is read meanwhile by who gave the job. */
async function memory(job: MemoryJob): Promise<Measurement> {
  const clients = await populate(job);
  for (const client of clients) {
    client.onBytes = (bytes, length) => {
      totals.lines += client.wire.read(bytes, length);
      totals.bytes += length;
      totals.reads++;
    };
  }
  await sleep(job.restMs);
  report({ type: 'start' });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const { lines, bytes, reads } = totals;
  for (let said = 0; said < job.each; said++)
    for (const [index, client] of clients.entries()) client.say(`PRIVMSG ${channelOf(index, job)} :${TEXT}`);
  await untilQuiet();
  const seconds = (performance.now() - begun - QUIET_MS) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    seconds,
    count: totals.lines - lines,
    bytes: totals.bytes - bytes,
    reads: totals.reads - reads,
    generatorCpuSeconds: (used.user + used.system) / 1e6,
    latency: null,
  };
}

async function register(job: RegisterJob): Promise<Measurement> {
  report({ type: 'start' });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const clients: LoadClient[] = [];
  const histogram = job.timed ? createHistogram() : null;
  await inParallel(job.clients, job.concurrency, async (index) => {
    const from = performance.now();
    const client = clientOf(job, index, 1);
    clients.push(client);
    if (histogram !== null)
      client.onWelcome = () => histogram.record(Math.max(1, Math.round((performance.now() - from) * 1e6)));
    await client.register();
  });
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(cpu);
  const generatorCpuSeconds = (used.user + used.system) / 1e6;
  const latency = histogram === null ? null : summaryOf(histogram);
  return { seconds, count: clients.length, bytes: 0, reads: 0, generatorCpuSeconds, latency };
}

function carryOut(job: Job): Promise<Measurement> {
  switch (job.kind) {
    case 'saturate':
      return saturate(job);
    case 'paced':
      return paced(job);
    case 'memory':
      return memory(job);
    case 'register':
      return register(job);
  }
}

async function main(job: Job): Promise<void> {
  report({ type: 'end', measurement: await carryOut(job) });
}

// Connections stay open until the benchmark has read the server's memory and ends the generator, or is gone itself.
process.on('disconnect', () => process.exit(0));
process.once('message', (job: Job) => main(job).catch((error: unknown) => fail(String(error))));
