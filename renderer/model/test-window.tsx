/**
 * A window around hosts without a process behind them, for tests of the hooks and components of a host: what is shown is
 * found by its role and name, pressed and typed into, and what is asked of the host is seen.
 */
import { act, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { HostContext, HostsContext } from './host-context.ts';
import type { HostModel } from './host-model.ts';
import { Hosts } from './hosts.ts';
import { type FakeHost, type FakeHostOptions, fakeHost } from './test-host.ts';
import { expectLooks } from './test-looks.ts';

export { daemon, manifestOf } from './test-host.ts';
export type TestWindow = Awaited<ReturnType<typeof testWindow>>;

/** A request that waits for the test to answer it. */
export interface Pending {
  readonly args: unknown;
  answer(outcome: unknown): Promise<void>;
}

/** A host of the window: the fake, what the window knows of it, and what was asked of it. */
async function joined(hosts: Hosts, id: string, options: FakeHostOptions) {
  const fake: FakeHost = fakeHost(id, options);
  const model: HostModel = hosts.add(fake.access);
  await act(async () => {
    fake.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
  });
  fake.request.mockClear();
  return {
    ...fake,
    model,
    /** Arguments of the requests of a name so far. */
    argsOf: (name: string) =>
      fake.request.mock.calls.flatMap(([asked, args]) => (asked === name ? [args] : [])),
    /** Requests of a name are answered by the test from here on, oldest first in the list. */
    hold(name: string): Pending[] {
      const pending: Pending[] = [];
      fake.answers[name] = (args) =>
        new Promise((resolve) => {
          pending.push({
            args,
            answer: (outcome) =>
              act(async () => {
                resolve(outcome);
                await vi.advanceTimersByTimeAsync(0);
              }),
          });
        });
      return pending;
    },
  };
}

/** A window that is connected to its host. Needs fake timers; `close()` it after the test. */
export async function testWindow(options: FakeHostOptions = {}) {
  const hosts = new Hosts();
  const host = await joined(hosts, 'a', options);
  const wrapper = ({ children }: { readonly children: ReactNode }) => (
    <HostsContext value={hosts}>
      <HostContext value={host.model}>{children}</HostContext>
    </HostsContext>
  );
  return {
    ...host,
    hosts,
    wrapper,
    /** Shows a component of the host `a`, once what it asks for at first is answered. */
    async show(component: ReactNode) {
      const shown = render(component, { wrapper });
      await pass(0);
      return shown;
    },
    /** Takes another host in, of which the window then tells the name. */
    addHost: (id: string, other: FakeHostOptions = {}) => joined(hosts, id, other),
    /** The texts of the notices that stand there, oldest first. */
    notices: () => hosts.screen.store.getState().notices.map(({ tone, text }) => `${tone}: ${text}`),
    close: () => hosts.close(),
  };
}

/** Lets so many milliseconds pass, and everything that they bring. */
export async function pass(ms: number): Promise<void> {
  await act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });
  expectLooks();
}

/** Does what a user does, and waits for what comes of it at once. */
export async function doing(deed: () => void): Promise<void> {
  const before = location.hash;
  await act(async () => {
    deed();
    // happy-dom tells nobody that the address is another.
    if (location.hash !== before) dispatchEvent(new HashChangeEvent('hashchange'));
    await vi.advanceTimersByTimeAsync(0);
  });
  expectLooks();
}

/** Clicks an element, or the button of that name. */
export async function press(target: Element | string): Promise<void> {
  const element = typeof target === 'string' ? screen.getByRole('button', { name: target }) : target;
  await doing(() => void fireEvent.click(element));
}

/** Puts a text into a field, or chooses an option of a list by its value. */
export async function enter(field: Element, value: string): Promise<void> {
  await doing(() => void fireEvent.change(field, { target: { value } }));
}

/** Presses a key; false where what it does by itself is kept from happening. */
export async function key(element: Element, name: string, init: KeyboardEventInit = {}): Promise<boolean> {
  let wanted = true;
  await doing(() => {
    wanted = fireEvent.keyDown(element, { key: name, ...init });
  });
  return wanted;
}

/** Sends a form off, as Enter in one of its fields does. Fails where the browser would load the window anew with it. */
export async function submit(field: Element): Promise<void> {
  const form = field.closest('form');
  if (form === null) throw new Error('the field stands in no form');
  let loads = false;
  await doing(() => {
    loads = fireEvent.submit(form);
  });
  if (loads) throw new Error('the form is sent by the browser itself');
}

/** Goes to an address within the window. */
export async function goTo(hash: string): Promise<void> {
  await doing(() => {
    location.hash = hash;
  });
}
