/**
 * A window around one or two hosts that tests describe, for tests of pages: real components over a fake host, looked at by
 * the roles and names that a user finds. Needs fake timers; `close()` it after the test.
 */
import { act, cleanup, fireEvent, render, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { z } from 'zod';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest, type Manifest } from '../../contract/manifest.ts';
import { HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';
import { catalogOf, metricSpecs } from '../../contract/metric-specs.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { HostSession } from '../client/host-session.ts';
import { HostContext, HostsContext } from '../model/host-context.ts';
import { Hosts } from '../model/hosts.ts';
import { daemon, fakeHost } from '../model/test-host.ts';
import { expectLooks, oddLooks } from '../model/test-looks.ts';

const { gauge, counter, histogram } = metricSpecs('d');

/** What daemon `d` of a test says about itself: one of everything. */
export const FULL_MANIFEST: Manifest = {
  id: 'd',
  title: 'Chat',
  summary: 'Carries what people say.',
  config: z.object({}),
  metrics: [
    gauge('open', 'People who are connected'),
    counter('messages', 'Messages that were carried'),
    histogram('delivery', 'How long a message takes'),
    gauge('queue_bytes', 'Bytes that wait', 'bytes'),
  ],
  highlights: {
    connections: 'signalbox_d_open',
    messages: 'signalbox_d_messages_total',
    latency: 'signalbox_d_delivery_seconds',
    queue: 'signalbox_d_queue_bytes',
  },
  charts: [{ title: 'People', metrics: ['signalbox_d_open'] }],
  tables: {
    people: {
      title: 'People',
      access: 'operate',
      rowKey: 'nick',
      columns: [
        { key: 'nick', title: 'Nick', type: 'text' },
        { key: 'out', title: 'Out', type: 'bytes' },
        { key: 'since', title: 'Since', type: 'time' },
      ],
      rowActions: [
        { title: 'Who', command: 'who', args: { nick: 'nick' }, immediate: true },
        { title: 'Drop', command: 'drop', args: { nick: 'nick' } },
        { title: 'Praise', command: 'praise', args: { nick: 'nick' } },
      ],
    },
  },
  commands: {
    who: {
      summary: 'Says who somebody is',
      danger: 'safe',
      access: 'operate',
      result: 'json',
      args: z.object({ nick: z.string() }),
    },
    drop: {
      summary: 'Disconnects somebody',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      args: z.object({ nick: z.string() }),
    },
  },
};

/** A daemon that works for Signalbox itself, with nothing but what every process has. */
export const INTERNAL_MANIFEST: Manifest = {
  id: 'keeper',
  title: 'Keeper',
  summary: 'Keeps what was measured.',
  internal: true,
  config: z.object({}),
  metrics: [],
  commands: {},
};

/** What a host says of daemons with these manifests. */
export function saysOf(
  manifests: readonly Manifest[],
  daemons: readonly DaemonSnapshot[],
): Partial<HostInfo> {
  const catalogs = manifests.map(({ id, metrics }) => [id, { revision: 1, metrics: catalogOf(id, metrics) }]);
  return {
    manifests: manifests.map(describeManifest),
    daemons,
    catalogs: { main: { revision: 1, metrics: catalogOf('main', []) }, ...Object.fromEntries(catalogs) },
  };
}

interface PageOptions {
  /** What the host says of itself beyond, or otherwise than, the usual. */
  readonly info?: Partial<HostInfo>;
  readonly session?: HostSession | null;
  /** Whether there is a second host, with id and name `b`. */
  readonly twoHosts?: boolean;
}

export type TestPage = Awaited<ReturnType<typeof testPage>>;

/** A window whose host has said hello: daemon `d`, which runs, and `keeper`, unless `info` says otherwise. */
export async function testPage({ info = {}, session = null, twoHosts = false }: PageOptions = {}) {
  const hosts = new Hosts();
  const fake = fakeHost();
  const retryNow = vi.fn();
  const told: { info: Partial<HostInfo> } = {
    info: {
      ...saysOf([FULL_MANIFEST, INTERNAL_MANIFEST], [daemon(), daemon({ id: 'keeper', pid: 8 })]),
      ...info,
    },
  };
  const usual = fake.answers.hello as () => { readonly result: HostInfo };
  fake.answers.hello = () => ({ ok: true, result: { ...usual().result, ...told.info } });
  const client = { ...fake.access.client, retryNow };
  const model = hosts.add({ ...fake.access, client, session });
  const other = twoHosts ? fakeHost('b') : null;
  if (other !== null) hosts.add(other.access);
  await act(async () => {
    fake.connect({ phase: 'connected' });
    other?.connect({ phase: 'connected' });
    await vi.advanceTimersByTimeAsync(0);
  });
  fake.request.mockClear();
  let seq = 0;
  return {
    ...fake,
    hosts,
    model,
    other,
    retryNow,
    told,
    /** Shows something of the host. */
    show: (content: ReactNode) =>
      render(content, {
        wrapper: ({ children }) => (
          <HostsContext value={hosts}>
            <HostContext value={model}>{children}</HostContext>
          </HostsContext>
        ),
      }),
    /** Arguments of the requests of a name so far. */
    argsOf: (name: string) =>
      fake.request.mock.calls.flatMap(([asked, args]) => (asked === name ? [args] : [])),
    /** Lets the state of the host's daemon `d` be another. */
    daemonIs: (change: Partial<DaemonSnapshot>) =>
      act(async () => {
        fake.emit({ type: 'daemon', daemon: daemon(change) });
        await vi.advanceTimersByTimeAsync(0);
      }),
    /** Lets the connection be lost, so many milliseconds ago. */
    lose: (ago = 0) =>
      act(async () => {
        const since = Date.now() - ago;
        fake.connect({ phase: 'lost', since, retryAt: since });
        await vi.advanceTimersByTimeAsync(0);
      }),
    /** A source sends a frame with these values by series, `name` or `name/p99`; others are 0. */
    measure: (id: string, figures: Readonly<Record<string, number>>, skipped = 0) =>
      act(async () => {
        const layout = model.source(id)!.samples.layout;
        const values = new Float64Array(layout.size);
        for (const [name, value] of Object.entries(figures)) {
          const [series = '', field] = name.split('/', 2);
          const at = layout.slot(series);
          if (at < 0) throw new Error(`${id} has no series ${series}`);
          values[at + (field === undefined ? 0 : HISTOGRAM_FIELDS.indexOf(field as HistogramField))] = value;
        }
        const stream = fake.of(id).at(-1);
        if (seq === 0 || stream?.sent.length === 0) fake.greet(stream, 1);
        stream?.handlers.onMessage({
          type: 'frame',
          frame: { seq: ++seq, time: Date.now(), skipped, revision: 1, values },
        });
        await vi.advanceTimersByTimeAsync(0);
      }),
    close() {
      const odd = oddLooks();
      cleanup();
      hosts.close();
      if (odd.length > 0) throw new Error(`without a look: ${odd.join()}`);
    },
  };
}

/** What stands in a list of names and values, or in part of a page, as `name: value`. */
export function factsIn(part: HTMLElement): readonly string[] {
  return [...part.querySelectorAll('dt')].map(
    (term) => `${term.textContent}: ${term.nextElementSibling?.textContent}`,
  );
}

/** The rows of a table as they are read, the header first. */
export function rowsOf(table: HTMLElement): readonly (readonly string[])[] {
  return within(table)
    .getAllByRole('row')
    .map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent ?? ''));
}

/** Presses a button by its name. */
export async function press(name: string | RegExp, within_: HTMLElement = document.body): Promise<void> {
  await act(async () => {
    fireEvent.click(within(within_).getByRole('button', { name }));
    await vi.advanceTimersByTimeAsync(0);
  });
  expectLooks();
}

/** Goes to an address, as the bar of a browser does. */
export async function goTo(hash: string): Promise<void> {
  await act(async () => {
    location.hash = hash;
    dispatchEvent(new HashChangeEvent('hashchange'));
    await vi.advanceTimersByTimeAsync(0);
  });
}

/** Whether a button that is shown cannot be used now. */
export const isOff = (button: HTMLElement): boolean => button.getAttribute('aria-disabled') === 'true';

/** Whether an element is written in the colour of what is not current. */
export const isDim = (element: HTMLElement | null | undefined): boolean =>
  element?.className.split(' ').includes('text-dim') === true;
