/** One probe of one address: a connection of its own, which reads little and lasts a bounded time. */
import { connect, type Socket } from 'node:net';
import { type Probe, ProbeRun, type ProbeStep } from './probe.ts';

/** How far one connection may go. */
export interface ScanLimits {
  /** Milliseconds that a connection may last, connecting included. */
  readonly connectionMs: number;
  /** Bytes that are read of it. */
  readonly bytes: number;
}

/**
 * What came of a probe: it found what it looks for, or not, or could not be made for a reason of this machine, such as no
 * descriptors or no way to IPv6: then nothing is known of the address.
 */
export type ProbeOutcome = 'open' | 'closed' | 'failed';

/** Makes a connection. */
export type Connect = (port: number, address: string) => Socket;

const plain: Connect = (port, host) => connect({ port, host });

/** Why no connection went out at all. */
const OWN_CAUSES: ReadonlySet<string | undefined> = new Set([
  ...['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'],
  ...['EACCES', 'EPERM'],
]);

/** @param signal gives it up */
export async function runProbe(
  probe: Probe,
  address: string,
  { connectionMs, bytes }: ScanLimits,
  signal: AbortSignal,
  open: Connect = plain,
): Promise<ProbeOutcome> {
  if (signal.aborted) return 'closed';
  const socket = open(probe.port, address);
  const run = new ProbeRun(probe, bytes);
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  try {
    return await new Promise<ProbeOutcome>((resolve) => {
      const go = (step: ProbeStep) => {
        if (step === 'wait') return;
        if (typeof step === 'object') socket.write(step.send);
        else resolve(step);
      };
      giveUp = () => resolve('closed');
      timer = setTimeout(giveUp, connectionMs);
      socket.on('connect', () => go(run.connected()));
      socket.on('data', (data) => go(run.take(data)));
      // What comes after the end is heard, and changes nothing.
      socket.on('error', ({ code }: NodeJS.ErrnoException) =>
        resolve(OWN_CAUSES.has(code) ? 'failed' : 'closed'),
      );
      socket.on('close', giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}
