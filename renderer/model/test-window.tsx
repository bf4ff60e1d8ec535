/** A window around one host without a process behind it, for tests of the hooks and components of that host. */
import { act } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { HostContext, HostsContext } from './host-context.ts';
import { Hosts } from './hosts.ts';
import { fakeHost } from './test-host.ts';

export type TestWindow = Awaited<ReturnType<typeof testWindow>>;

/** A request that waits for the test to answer it. */
export interface Pending {
  readonly args: unknown;
  answer(outcome: unknown): Promise<void>;
}

/** A window that is connected to its host. Needs fake timers; `close()` it after the test. */
export async function testWindow() {
  const hosts = new Hosts();
  const fake = fakeHost();
  const model = hosts.add(fake.access);
  await act(async () => {
    fake.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
  });
  fake.request.mockClear();
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <HostsContext value={hosts}>
      <HostContext value={model}>{children}</HostContext>
    </HostsContext>
  );
  return {
    ...fake,
    hosts,
    model,
    wrapper,
    /** Arguments of the requests of a name so far. */
    argsOf: (name: string) =>
      fake.request.mock.calls.flatMap(([asked, args]) => (asked === name ? [args] : [])),
    /** Requests of a name are answered by the test from here on, oldest first in the list. */
    hold(name: string): Pending[] {
      const pending: Pending[] = [];
      fake.answers[name] = () =>
        new Promise((resolve) => {
          pending.push({
            args: fake.request.mock.calls.at(-1)?.[1],
            answer: (outcome) =>
              act(async () => {
                resolve(outcome);
                await vi.advanceTimersByTimeAsync(0);
              }),
          });
        });
      return pending;
    },
    close: () => hosts.close(),
  };
}

/** Lets so many milliseconds pass, and everything that they bring. */
export async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
}
