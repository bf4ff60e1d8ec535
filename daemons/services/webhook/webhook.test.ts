/** What Keycloak tells acts on the network: who it is about, what becomes of them, and who is believed. */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { HOOK, REQUESTS, SECRET, TestWebhook, wire } from './test-webhook.ts';
import { readWebhookEvent, type WebhookEvent } from './webhook-event.ts';
import { WebhookQueue } from './webhook-queue.ts';
import { WebhookStore } from './webhook-store.ts';

let test: TestWebhook;
beforeEach(async () => {
  test = await TestWebhook.start();
});
afterEach(() => test.close());

const [created, reset, joined, left, disabled, updated, changed, made, unmade, loggedOut, deleted] = REQUESTS;
const LOBBY = '/irc-channels/#lobby';

it('every event that a Keycloak has sent is read for whom it is about, and never for who did it', () => {
  const read = REQUESTS.map(({ body }) => {
    const { what, userId, action, username, enabled, group } = readWebhookEvent(body);
    return [what, userId, action, username, enabled, group];
  });
  expect(read).toEqual([
    ['USER CREATE', HOOK, null, 'hook', true, null],
    ['USER ACTION', HOOK, 'reset-password', null, null, null],
    ['GROUP_MEMBERSHIP CREATE', HOOK, null, null, null, LOBBY],
    ['GROUP_MEMBERSHIP DELETE', HOOK, null, null, null, LOBBY],
    ['USER UPDATE', HOOK, null, null, false, null],
    ['USER UPDATE', HOOK, null, null, true, null],
    ['USER UPDATE', HOOK, null, null, null, null],
    ['GROUP CREATE', null, null, null, null, '#new'],
    ['GROUP DELETE', null, null, null, null, '#new'],
    ['USER ACTION', HOOK, 'logout', null, null, null],
    ['USER DELETE', HOOK, null, 'hook', null, null],
  ]);
});

describe('an event', () => {
  /** Somebody who is known to Keycloak, with a client that is logged in. */
  async function hook(): Promise<void> {
    test.network.join('ABAAB', 'hook');
    await test.network.ask('ABAAB', 'REGISTER hook correct-horse');
    const { store } = test.network.services.keeper;
    await test.network.writes.write(() => test.links.link(store.get('hook'), HOOK, 'hook'));
  }
  const account = () => test.network.services.keeper.store.get('hook');
  const did = () => test.desk.queue.rows().map(({ what, about, did: done }) => `${what} ${about}: ${done}`);
  const tell = async (request: (typeof REQUESTS)[number] | undefined) => {
    expect(await test.send(wire(request!))).toEqual(['204']);
    await test.acted();
    return did()[0];
  };

  it('of a user has what is remembered of them forgotten, whatever it is', async () => {
    for (const request of [created, reset, updated, changed, loggedOut, deleted]) await tell(request);
    expect(test.forgotten.map((who) => who.split(' ')[0])).toEqual(Array.from({ length: 6 }, () => HOOK));
    expect(test.looked).toEqual([
      { kind: 'user', userId: HOOK },
      { kind: 'user', userId: HOOK },
    ]);
  });

  it('that disables or deletes a user suspends their account, and logs them out', async () => {
    await hook();
    test.network.take();
    expect(await tell(disabled)).toBe(`USER UPDATE ${HOOK}: suspended hook`);
    expect(test.network.take()).toContain('AF AC ABAAB U');
    expect(account()).toMatchObject({
      suspended_by: 'Keycloak',
      suspended_reason: 'The account is disabled in Keycloak.',
    });
    expect(await test.network.ask('ABAAB', 'AUTH hook correct-horse')).toEqual(['The account is suspended.']);
    expect(await tell(deleted)).toBe('USER DELETE hook: suspended hook');
    expect(account().suspended_reason).toBe('The account is disabled in Keycloak.');
  });

  it('that deletes a user of the same name suspends no account that is somebody else’s', async () => {
    await hook();
    const { store } = test.network.services.keeper;
    await test.network.writes.write(() => test.links.link(store.get('hook'), 'somebody-else', 'hook'));
    expect(await tell(deleted)).toBe('USER DELETE hook: forgot the user');
    expect(account().suspended_reason).toBeNull();
    // An account that is kept here alone is nobody's there.
    test.network.database.exec('DELETE FROM keycloak_users');
    test.network.database.exec('DELETE FROM webhook_events');
    expect(await tell(deleted)).toBe('USER DELETE hook: forgot the user');
    expect(account().suspended_reason).toBeNull();
  });

  it('that leaves what an operator has said of an account as it is', async () => {
    await hook();
    const { suspend } = test.network.services.keeper.answerers();
    await suspend({ account: 'hook', by: 'root', reason: 'spam' });
    await tell(disabled);
    expect(account()).toMatchObject({ suspended_by: 'root', suspended_reason: 'spam' });
  });

  it('that ends the sessions of a user logs their clients out', async () => {
    await hook();
    test.network.take();
    expect(await tell(loggedOut)).toBe(`USER ACTION ${HOOK}: logged hook out`);
    expect(test.network.take()).toContain('AF AC ABAAB U');
    expect(await tell(reset)).toBe(`USER ACTION ${HOOK}: forgot what is known of the user`);
    expect(account().suspended_reason).toBeNull();
  });

  it('of groups has the channel looked at', async () => {
    for (const request of [joined, left, made, unmade]) await tell(request);
    expect(test.looked).toEqual([
      { kind: 'group', path: LOBBY, userId: HOOK },
      { kind: 'group', path: LOBBY, userId: HOOK },
      { kind: 'group', path: '#new', userId: null },
      { kind: 'group', path: '#new', userId: null },
    ]);
  });
});

describe('a request', () => {
  const unheard = () => ({ ...test.desk.queue.counts, ...test.desk.door.counts });
  const event = { head: '', body: created!.body };
  const signed = (name: string, key = SECRET, prefix = '') =>
    `${name}: ${prefix}${createHmac('sha256', key).update(event.body).digest('hex')}`;

  it('is Keycloak’s where it shows the secret, or is signed with it', async () => {
    const answers = async (headers: string) => await test.send(wire(event, headers));
    expect(await answers('X-Webhook-Secret: hush')).toEqual(['204']);
    expect(await answers(signed('X-Keycloak-Signature'))).toEqual(['204']);
    expect(await answers(signed('X-Hub-Signature-256', SECRET, 'sha256='))).toEqual(['204']);
    for (const headers of [
      'X-Other: hush',
      'X-Webhook-Secret: hus',
      'X-Webhook-Secret: hush!',
      signed('X-Keycloak-Signature', 'other'),
      'X-Keycloak-Signature: 12',
      // A wrong signature is no better for the secret beside it.
      `X-Webhook-Secret: hush\n${signed('X-Keycloak-Signature', 'other')}`,
    ])
      expect(await answers(headers)).toEqual(['401']);
    expect(unheard()).toMatchObject({ taken: 1, known: 2, unproven: 6 });
    expect(test.network.logged.join()).not.toContain('hush');
  });

  it('that asks for another protocol is an ordinary one, and the next one follows on the same connection', async () => {
    const all = REQUESTS.map((request) => wire(request));
    expect(all.every((one) => one.includes('Upgrade: h2c'))).toBe(true);
    expect(await test.send(...all)).toEqual(all.map(() => '204'));
  });

  it('that is none of ours is told why', async () => {
    const secret = `Host: x\r\nX-Webhook-Secret: ${SECRET}\r\n`;
    expect(await test.send(`GET /keycloak-webhook HTTP/1.1\r\n${secret}\r\n`)).toEqual(['405']);
    expect(await test.send(`POST / HTTP/1.1\r\n${secret}Content-Length: 0\r\n\r\n`)).toEqual(['404']);
    expect(await test.send(wire({ head: '', body: 'no json' }, 'X-Webhook-Secret: hush'))).toEqual(['400']);
    expect(await test.send(wire({ head: '', body: '{"id":"../x"}' }, 'X-Webhook-Secret: hush'))).toEqual([
      '400',
    ]);
    const long = `POST /keycloak-webhook HTTP/1.1\r\n${secret}Content-Length: ${limits.webhookBodyBytes.default + 1}\r\n\r\n`;
    expect(await test.send(long)).toEqual(['413']);
    const chunks = `POST /keycloak-webhook HTTP/1.1\r\n${secret}Transfer-Encoding: chunked\r\n\r\n50000\r\n${'x'.repeat(0x50000)}`;
    expect(await test.send(chunks)).toEqual(['413']);
    expect(await test.send('\x16\x03\x01\r\n\r\n')).toEqual([]);
    expect(unheard()).toMatchObject({ taken: 0, unproven: 0, malformed: 2 });
  });

  it('with what was there before, or is old, is acknowledged and changes nothing', async () => {
    await test.send(wire(created!));
    expect(await test.send(wire(created!))).toEqual(['204']);
    const time = test.network.clock.now() - limits.webhookOldMs.default - 1;
    const body = JSON.stringify({ ...JSON.parse(created!.body), id: 'old', time });
    expect(await test.send(wire({ head: created!.head, body }))).toEqual(['204']);
    await test.acted();
    expect(unheard()).toMatchObject({ taken: 1, known: 1, old: 1, done: 1 });
  });

  it('that cannot be kept is to be sent again', async () => {
    test.network.database.exec('DROP TABLE webhook_events');
    expect(await test.send(wire(created!))).toEqual(['503']);
  });
});

describe('the queue', () => {
  const event = (id: string, resource: WebhookEvent['resource'] = 'user'): WebhookEvent => ({
    ...readWebhookEvent(created!.body),
    id,
    resource,
  });
  let acted: string[];
  let broken: (id: string) => boolean;
  let queues: WebhookQueue[];
  beforeEach(() => {
    acted = [];
    broken = () => false;
    queues = [];
  });
  afterEach(() => {
    for (const queue of queues) queue.close();
  });
  const begin = () => {
    const { database, writes, clock, logged } = test.network;
    const queue = new WebhookQueue({
      store: new WebhookStore(database),
      writes,
      clock,
      act: async ({ id }) => {
        if (broken(id)) throw new Error('not now');
        acted.push(id);
        return 'done';
      },
      log: (level, name, text) => logged.push(`${level} ${name} ${text}`),
    });
    queues.push(queue);
    return queue;
  };

  it('acts upon memberships first, and on what was acknowledged also after a crash', async () => {
    const before = begin();
    await Promise.all([
      before.take(event('a')),
      before.take(event('b')),
      before.take(event('m', 'membership')),
    ]);
    expect(before.depth).toBe(3);
    before.close();
    expect(acted).toEqual([]);
    const after = begin();
    await after.take(event('late', 'membership'));
    await test.acted();
    expect([acted.slice(0, 2).sort(), acted.slice(2).sort(), after.depth]).toEqual([
      ['late', 'm'],
      ['a', 'b'],
      0,
    ]);
    expect(await after.take(event('a'))).toBe('known');
    expect(begin().depth).toBe(0);
  });

  it('tries again what cannot be acted upon, without holding up the rest', async () => {
    broken = (id) => id === 'bad';
    const queue = begin();
    await queue.take(event('bad'));
    await test.acted();
    await queue.take(event('good'));
    await test.acted();
    expect([acted, queue.depth, queue.counts.retried]).toEqual([['good'], 1, 1]);
    broken = () => false;
    await test.network.clock.advance(limits.webhookRetryMs.default);
    await test.acted();
    expect([acted, queue.depth]).toEqual([['good', 'bad'], 0]);
  });

  it('is bounded, and forgets after a day what it has seen', async () => {
    broken = () => true;
    const queue = begin();
    const most = limits.webhookQueue.default;
    const taken = await Promise.all(Array.from({ length: most + 5 }, (_, at) => queue.take(event(`e${at}`))));
    expect(taken.filter((one) => one === 'full').length).toBe(5);
    await test.acted();
    broken = () => false;
    await test.network.clock.advance(limits.webhookRetryMs.default);
    for (let turn = 0; turn < 20; turn++) await test.acted();
    expect([queue.depth, queue.rows().length]).toEqual([0, limits.webhookShown.default]);
    const count = () => test.network.database.prepare('SELECT count(*) FROM webhook_events').pluck().get();
    expect(count()).toBe(most);
    await test.network.clock.advance(limits.webhookRememberMs.default + 1);
    const now = test.network.clock.now();
    await queue.take({ ...event('next'), time: now });
    expect(count()).toBe(1);
  });
});
