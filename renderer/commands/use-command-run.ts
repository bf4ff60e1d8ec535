/** Running a command: the request, its ticket for cancelling, and what came of it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { WireError } from '../../contract/errors.ts';
import { useHost } from '../model/host-context.ts';

export type CommandRun =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly startedAt: number }
  | { readonly phase: 'done'; readonly result: unknown; readonly durationMs: number }
  | { readonly phase: 'failed'; readonly error: WireError; readonly durationMs: number }
  /** It was not run: the daemon said beforehand that it would refuse. */
  | { readonly phase: 'refused'; readonly error: WireError };

let tickets = 0;

/** A name for a request, unique on this window's connection. */
function nextTicket(): string {
  return `window-${++tickets}`;
}

export interface CommandRunner {
  readonly run: CommandRun;
  start(args: Readonly<Record<string, unknown>>, confirmed: boolean): Promise<CommandRun>;
  cancel(): void;
  /** Shows why it is not run. */
  refuse(error: WireError): void;
  /** Forgets what came of it before. */
  reset(): void;
}

export function useCommandRun(daemon: string, command: string): CommandRunner {
  const { client } = useHost();
  const [run, setRun] = useState<CommandRun>({ phase: 'idle' });
  const ticket = useRef<string | null>(null);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const start = useCallback(
    async (args: Readonly<Record<string, unknown>>, confirmed: boolean): Promise<CommandRun> => {
      const mine = nextTicket();
      ticket.current = mine;
      const startedAt = performance.now();
      setRun({ phase: 'running', startedAt });
      const outcome = await client.request('command.run', { daemon, command, args, confirmed, ticket: mine });
      const ended: CommandRun = outcome.ok
        ? { phase: 'done', result: outcome.result.result, durationMs: outcome.result.durationMs }
        : { phase: 'failed', error: outcome.error, durationMs: performance.now() - startedAt };
      if (mounted.current && ticket.current === mine) {
        ticket.current = null;
        setRun(ended);
      }
      return ended;
    },
    [client, daemon, command],
  );
  const cancel = useCallback(() => {
    if (ticket.current !== null) void client.request('command.cancel', { ticket: ticket.current });
  }, [client]);
  const refuse = useCallback((error: WireError) => setRun({ phase: 'refused', error }), []);
  const reset = useCallback(() => setRun({ phase: 'idle' }), []);
  return { run, start, cancel, refuse, reset };
}
