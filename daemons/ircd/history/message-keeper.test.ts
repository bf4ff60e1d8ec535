/** The keeper of messages as a peer over a socket: when it is there, what is said of that, and what it answers. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endpointOf } from '../../../contract/link/endpoint.ts';
import { portOf } from '../../../contract/listen-place.ts';
import { MESSAGE_QUESTIONS, MESSAGES_LINE_CHARS, MESSAGES_PROTOCOL } from '../../../contract/messages.ts';
import { systemClock } from '../../../kit/clock.ts';
import { RequestFigures } from '../../../kit/request-figures.ts';
import { PeerDirectory } from '../../runtime/host/peer-directory.ts';
import { PeerDoor } from '../../runtime/net/peer-door.ts';
import { type Answerers, answerQuestions } from '../../runtime/net/peer-questions.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { PeerKeeper } from './message-keeper.ts';

const SECRET = new Uint8Array(32).fill(7);
const AMOUNT = { keepMs: 1_000, scopeMessages: 10, totalBytes: 1_000 };

let peers: PeerDirectory;
let figures: RequestFigures;
let logged: string[];
let keeper: PeerKeeper;
let doors: PeerDoor[];

beforeEach(() => {
  peers = new PeerDirectory();
  peers.introduce([], SECRET);
  figures = new RequestFigures();
  logged = [];
  doors = [];
  keeper = new PeerKeeper({
    peers,
    clock: systemClock,
    figures,
    log: (level, event, message) => logged.push(`${level} ${event}: ${message}`),
  });
});
afterEach(() => {
  keeper.close();
  for (const door of doors) door.close();
});

/** Somebody who answers that the highest order is five, and is told of to who asks. */
async function begin(secret = SECRET): Promise<PeerDoor> {
  const answerers = { open: () => ({ order: 5 }) } as unknown as Answerers<typeof MESSAGE_QUESTIONS>;
  const door = new PeerDoor({
    protocol: MESSAGES_PROTOCOL,
    secret,
    lineChars: MESSAGES_LINE_CHARS,
    onRefused: () => {},
    onPeer: (channel) => answerQuestions(channel, MESSAGE_QUESTIONS, answerers),
  });
  doors.push(door);
  await door.open();
  const port = portOf(door.infos[0]);
  const endpoint = endpointOf({ protocol: MESSAGES_PROTOCOL, host: '127.0.0.1', port, tls: false });
  peers.update([{ id: 'messages', endpoints: [endpoint] }]);
  return door;
}

it('is not there before it is told of, and says once when it comes and when it goes', async () => {
  const seen: boolean[] = [];
  keeper.listen(() => seen.push(keeper.present));
  expect(keeper.present).toBe(false);
  await expect(keeper.ask('open', AMOUNT)).rejects.toMatchObject({ code: 'unavailable' });
  const door = await begin();
  await until(() => keeper.present);
  expect(await keeper.ask('open', AMOUNT)).toEqual({ order: 5 });
  expect([figures.submitted, figures.completed]).toEqual([1, 1]);
  door.close();
  await until(() => !keeper.present);
  await expect(keeper.ask('open', AMOUNT)).rejects.toMatchObject({ code: 'unavailable' });
  expect(seen).toEqual([true, false]);
  expect(logged.filter((line) => !line.includes('messages_link_broken'))).toEqual([
    'info messages_present: What is said is kept on disk',
    'warn messages_away: The keeper of the messages is away: what is said is in memory alone until it is back',
  ]);
  await begin();
  await until(() => keeper.present);
  expect(seen).toEqual([true, false, true]);
});

it('says nothing more, and tells nobody, once it is closed', async () => {
  const seen: boolean[] = [];
  keeper.listen(() => seen.push(keeper.present));
  await begin();
  await until(() => keeper.present);
  keeper.close();
  await until(() => !keeper.present);
  expect(seen).toEqual([true]);
  expect(logged).toEqual(['info messages_present: What is said is kept on disk']);
});

it('has nothing to do with a stranger, and says why', async () => {
  await begin(new Uint8Array(32).fill(8));
  await until(() => logged.length > 0);
  expect(logged[0]).toMatch(/^warn messages_link_broken: The keeper of the messages cannot be asked: ./);
  expect(keeper.present).toBe(false);
});
