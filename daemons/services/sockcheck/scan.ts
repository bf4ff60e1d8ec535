/** One address, looked at by all probes: each on a connection of its own, which reads little and lasts a bounded time. */
import { connect, type Socket } from 'node:net';
import { type Probe, ProbeRun, type ProbeStep } from './probe.ts';

/** How far one connection may go. */
export interface ScanLimits {
  /** Milliseconds that a connection may last, connecting included. */
  readonly connectionMs: number;
  /** Bytes that are read of it. */
  readonly bytes: number;
}

/** Makes a connection. */
export type Connect = (port: number, address: string) => Socket;

const plain: Connect = (port, host) => connect({ port, host });

/**
 * Runs one probe. Answers whether it found what it looks for; whatever goes wrong is that it did not.
 * @param signal gives it up
 */
export async function runProbe(
  probe: Probe,
  address: string,
  { connectionMs, bytes }: ScanLimits,
  signal: AbortSignal,
  open: Connect = plain,
): Promise<boolean> {
  const socket = open(probe.port, address);
  const run = new ProbeRun(probe, bytes);
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  try {
    return await new Promise<boolean>((resolve) => {
      const go = (step: ProbeStep) => {
        if (step === 'wait') return;
        if (typeof step === 'object') socket.write(step.send);
        else resolve(step === 'open');
      };
      giveUp = () => resolve(false);
      timer = setTimeout(giveUp, connectionMs);
      socket.on('connect', () => go(run.connected()));
      socket.on('data', (data) => go(run.take(data)));
      socket.on('error', giveUp);
      socket.on('close', giveUp);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}
