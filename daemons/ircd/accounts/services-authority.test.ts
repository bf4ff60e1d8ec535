/** Services on the network are asked about accounts, whichever server they are behind, and nobody else is believed. */
import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { RequestFigures } from '../../../kit/request-figures.ts';
import { readLine } from '../../irc/p10/line.ts';
import { TalkReader, writeTalk } from '../../irc/p10/talk-line.ts';
import { Server } from '../state/server.ts';
import { ServicesAuthority } from './services-authority.ts';

const me = new Server('irc.test', '', 'AB');
const services = new Server('services.test', '', 'AF', me, { flags: 's6B' });
const others = [
  new Server('atheme.test', '', 'AG', me, { flags: 's6', foreign: true }),
  new Server('hub.test', '', 'AH', me, { flags: 'h6B' }),
];

let servers: Server[];
let sent: string[];
let authority: ServicesAuthority;
let presence: boolean[];
let news: unknown[];

beforeEach(() => {
  servers = [me, ...others];
  sent = [];
  presence = [];
  news = [];
  authority = new ServicesAuthority({
    route: () => ({
      me: 'AB',
      servers,
      send: (_to, line) => {
        sent.push(line);
        return true;
      },
    }),
    clock: new FakeClock(),
    figures: new RequestFigures(),
    log: () => {},
  });
  authority.listen({
    onPresence: () => presence.push(authority.present),
    onNews: (one) => news.push(one),
  });
});

function say(from: Server, message: object): void {
  for (const line of writeTalk(from.numeric, 'XR', 'AB', JSON.stringify(message))) {
    const [, word = '', piece = ''] = readLine(line, true)!.params;
    authority.hear(from, word, piece);
  }
}

/** What was asked last. */
function asked(): Record<string, unknown> {
  const reader = new TalkReader(10_000);
  const messages = sent.map((line) => {
    const [, word = '', piece = ''] = readLine(line, true)!.params;
    return reader.take(word, piece);
  });
  return JSON.parse(messages.at(-1)!) as Record<string, unknown>;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const HOME = { address: '192.0.2.1', fingerprint: null };

it('can be asked from the end of their burst until they are gone', async () => {
  authority.serversChanged();
  services.bursting = true;
  servers.push(services);
  authority.serversChanged();
  expect(authority.present).toBe(false);
  await expect(authority.ask('show', { account: 'ann' })).rejects.toMatchObject({ code: 'unavailable' });
  services.bursting = false;
  authority.serversChanged();
  authority.serversChanged();
  const answer = authority.ask('identify', { nick: 'ann', password: 'x'.repeat(900), origin: HOME });
  expect(asked()).toMatchObject({ id: 1, ask: 'identify', args: { nick: 'ann', origin: HOME } });
  expect(sent.every((line) => line.startsWith('AB XQ AF '))).toBe(true);
  const login = { account: 'ann', failures: null };
  // Whoever is not asked is not believed.
  say(others[0]!, {
    id: 1,
    ok: true,
    result: { kind: 'success', login: { account: 'eve', failures: null } },
  });
  say(services, { id: 1, ok: true, result: { kind: 'success', login } });
  expect(await answer).toEqual({ kind: 'success', login });
  say(services, { news: { kind: 'ended', account: 'ann', why: 'dropped', reason: '' } });
  await settle();
  expect(news).toMatchObject([{ kind: 'ended', account: 'ann' }]);
  const lost = authority.ask('show', { account: 'ann' });
  servers = [me, ...others];
  authority.serversChanged();
  await expect(lost).rejects.toMatchObject({ code: 'unavailable' });
  expect(presence).toEqual([true, false]);
});

it('asks those that come next after others are gone', () => {
  servers.push(services);
  authority.serversChanged();
  servers = [me, new Server('services2.test', '', 'AI', me, { flags: 'sB' })];
  authority.serversChanged();
  expect(presence).toEqual([true, true]);
  authority.close();
  expect(authority.present).toBe(false);
});
