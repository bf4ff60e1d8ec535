/** Runs admin commands of a test relay as the runtime does. */
import { toWireError, type WireError } from '../../contract/errors.ts';
import { manifest } from './manifest.ts';
import type { TestRelay } from './test-relay.ts';

export type Refused = Pick<WireError, 'code' | 'message'>;

/** Arguments go through their schema, errors come back as data. */
export async function runAs(
  relay: TestRelay,
  name: keyof TestRelay['commands'],
  args: Record<string, unknown> = {},
): Promise<unknown> {
  const call = {
    signal: new AbortController().signal,
    actor: { name: 'root', from: 'cli', role: 'admin' } as const,
  };
  const handler = relay.commands[name] as {
    check?(args: unknown): void;
    run(args: unknown, call: unknown): unknown;
  };
  try {
    const parsed = manifest.commands[name].args.parse(args);
    handler.check?.(parsed);
    return await handler.run(parsed, call);
  } catch (error) {
    return toWireError(error);
  }
}
