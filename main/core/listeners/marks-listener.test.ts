/** What daemons log and their manifests have marked: told once, to history and to windows, and not without end. */
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { AnnouncementBus, Announcements } from '../announcements.ts';
import { EventBus } from '../event-bus.ts';
import type { EventHub } from '../event-hub.ts';
import type { HistoryClient } from '../records/history-client.ts';
import { clientsListen } from './clients-listener.ts';
import { historyListens } from './history-listener.ts';
import { marksListen } from './marks-listener.ts';

const REGISTRY = [
  { id: 'd', marks: { up: 'linked', down: 'split', away: 'unreachable' } },
  { id: 'plain' },
] as const;
let bus: AnnouncementBus;
let clock: FakeClock;
const history = { addState: vi.fn() };
const clients = { publish: vi.fn() };

beforeEach(() => {
  vi.clearAllMocks();
  clock = new FakeClock();
  bus = new EventBus<Announcements>((_name, error) => {
    throw error;
  });
  marksListen(bus, REGISTRY, clock, { marksBurst: 3 });
  historyListens(bus, history as unknown as HistoryClient, null);
  clientsListen(bus, clients as unknown as EventHub);
});

const record = (event: string, message: string, time = 7) => ({
  ...{ seq: 1, time, level: 'info', subsystem: 'x', event, message },
});
const log = (...records: unknown[]) => logOf('d', ...records);
const logOf = (id: string, ...records: unknown[]) =>
  bus.publish('logsCame', { id, instance: 1, records, dropped: 0 });
const recorded = () => history.addState.mock.calls.map(([{ state, cause }]) => `${state} ${cause}`);

it('what a manifest names is recorded among states and told to windows; anything else is neither', () => {
  log(record('chatter', 'no'), record('down', 'b is gone'), null, 'x', { event: 'down' }, { event: 7 });
  logOf('plain', record('down', 'no'));
  logOf('other', record('down', 'no'));
  log(record('toString', 'no'));
  expect(history.addState.mock.calls).toEqual([
    [{ time: 7, daemon: 'd', state: 'split', cause: 'b is gone' }],
  ]);
  const mark = { kind: 'split', time: 7, text: 'b is gone' };
  expect(clients.publish.mock.calls).toEqual([[{ type: 'mark', source: 'd', mark }]]);
});

it('what is logged again is no news until something was linked', () => {
  log(record('away', 'no b'), record('away', 'no b'), record('up', 'a'));
  log(record('away', 'no b'));
  expect(recorded()).toEqual(['unreachable no b', 'linked a', 'unreachable no b']);
});

it('more than a burst waits for the time to come', async () => {
  log(...[1, 2, 3, 4, 5].map((at) => record('down', `down ${at}`)));
  expect(recorded()).toEqual(['split down 1', 'split down 2', 'split down 3']);
  await clock.advance(60_000);
  log(record('down', 'down 6'), record('down', 'down 7'));
  expect(recorded().slice(3)).toEqual(['split down 6']);
});
