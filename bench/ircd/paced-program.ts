/** Gives the program in C the jobs of the IRC benchmark that it can do. Used by run-scenario.ts. */
import { startPaced } from '../shared/paced/paced.ts';
import type { RunningGenerator } from './generator-process.ts';
import type { Job, PacedJob } from './messages.ts';

/** Whether it can do a job: clients that all come over TCP to loopback, whose names do not matter. */
export function isForProgram(job: Job): job is PacedJob {
  if (job.kind !== 'paced') return false;
  const { place, password, nickPrefix, channelPrefix, capabilities, concurrency, webSockets } = job;
  return [place, password, nickPrefix, channelPrefix, capabilities, concurrency, webSockets].every(
    (special) => special === undefined,
  );
}

/** Starts it on the generator's core; null where there is no such program. */
export function startProgram(job: PacedJob, onStart: () => void): RunningGenerator | null {
  const { port, clients, channels, deliveriesPerSecond, warmupMs, measureMs } = job;
  const messagesPerSecond = deliveriesPerSecond / (Math.floor(clients / channels) - 1);
  const load = { wire: 'irc', port, clients, channels, messagesPerSecond, warmupMs, measureMs } as const;
  const running = startPaced(load, true, onStart);
  return running === null ? null : { measurement: running.figures, close: () => running.close() };
}
