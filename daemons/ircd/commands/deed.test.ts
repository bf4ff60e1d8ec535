/** What operators do is written down first: in which order, what when it cannot be, and what when somebody leaves meanwhile. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WireError } from '../../../contract/errors.ts';
import type { BegunDeed, DeedAnswer } from '../../runtime/host/deed-ledger.ts';
import { type MemoryClient, MemoryServer, waitFor } from '../memory-server.ts';
import { hashPassword } from '../passwords.ts';

const FLAGS = ['kill', 'kline', 'dline', 'rehash', 'die', 'restart'] as const;
const unwritten: WireError = {
  code: 'audit_unavailable',
  message: 'The audit trail in /data/journal cannot be written (ENOSPC).',
};

let irc: MemoryServer;
let boss: MemoryClient;
/** Deeds that wait for main, oldest first. */
let waiting: ((answer: 'written' | 'unwritten') => void)[];

beforeEach(() => {
  irc = new MemoryServer();
  boss = irc.join('boss');
  irc.promote(boss, FLAGS);
  waiting = [];
  irc.host.writeDeed = (may, end) =>
    new Promise((resolve) => {
      const { unrecorded } = irc.host.begun.at(-1) ?? { unrecorded: 'refuse' };
      waiting.push((answer) => resolve(answer === 'written' ? may : withoutEntry(unrecorded, end)));
    });
});
afterEach(() => irc.close());

function withoutEntry(unrecorded: 'run' | 'refuse', end: BegunDeed['end']): DeedAnswer {
  return unrecorded === 'run'
    ? { mayRun: true, deed: { unwritten, end } }
    : { mayRun: false, refusal: unwritten };
}

async function main(answer: 'written' | 'unwritten'): Promise<void> {
  await settle();
  waiting.shift()?.(answer);
  await settle();
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('disconnects the victim of a KILL when its entry is written, not before', async () => {
  const victim = irc.join('v');
  boss.send('KILL v :bye');
  await settle();
  expect(irc.host.begun).toEqual([
    {
      actor: 'boss!~boss@192.0.2.1 (oper test)',
      command: 'KILL',
      args: { nick: 'v', reason: 'bye' },
      unrecorded: 'run',
    },
  ]);
  expect(victim.closedWith).toBeNull();
  expect(irc.host.audits).toEqual([]);
  await main('written');
  expect(victim.closedWith).toBe('Killed (boss (bye))');
  expect(irc.host.audits).toMatchObject([
    { command: 'KILL', ok: true, outcome: 'disconnected v!~v@192.0.2.1' },
  ]);
  expect(boss.received().filter((line) => line.includes('audit trail'))).toEqual([]);
});

it('tells two operators apart by the name of their block, whatever nick they take, in the trail and in bans', async () => {
  const [ann, bob] = [irc.join('a'), irc.join('b')];
  irc.promote(ann, FLAGS);
  irc.promote(bob, FLAGS);
  for (const [client, name] of [
    [ann, 'ann'],
    [bob, 'bob'],
  ] as const) {
    const local = client.client;
    if (local?.oper == null) throw new Error('no operator');
    local.oper = { ...local.oper, name };
    client.send('NICK same', `KLINE ${name}@host :x`);
    await main('written');
    client.send(`NICK was${name}`);
  }
  const wanted = ['same!~a@192.0.2.1 (oper ann)', 'same!~b@192.0.2.1 (oper bob)'];
  expect(irc.host.audits.map(({ actor }) => actor)).toEqual(wanted);
  expect(irc.server.bans.list().map(({ by }) => by)).toEqual(wanted);
});

it('lets further lines of the operator wait in order, while everybody else goes on', async () => {
  const [first, second, other] = [irc.join('v1'), irc.join('v2'), irc.join('other')];
  boss.send('KILL v1 :bye', 'PING one', 'KILL v2 :bye', 'PING two');
  expect(other.send('PING there')).toHaveLength(1);
  expect([waiting.length, boss.received()]).toEqual([1, []]);
  await main('written');
  expect(first.closedWith).not.toBeNull();
  expect(second.closedWith).toBeNull();
  const lines = boss.received();
  expect(lines.some((line) => line.includes('PONG irc.test :one'))).toBe(true);
  expect(lines.some((line) => line.includes(':two'))).toBe(false);
  await main('written');
  expect(second.closedWith).not.toBeNull();
  expect(boss.received().at(-1)).toContain('PONG irc.test :two');
});

it.each([
  ['KILL v :bye', 'KILL', () => irc.server.state.findUser('v') === undefined],
  ['KLINE bad@* :x', 'KLINE', () => irc.server.bans.has('kline', 'bad@*')],
  ['DLINE 198.51.100.7 :x', 'DLINE', () => irc.server.bans.has('dline', '198.51.100.7')],
  ['DIE :bye', 'DIE', () => irc.host.lifecycle.includes('stop')],
])('does %s although it cannot be written, and says so to its operator', async (line, command, done) => {
  irc.join('v');
  boss.send(line);
  await main('unwritten');
  expect(done()).toBe(true);
  expect(boss.received()[0]).toBe(
    `:irc.test NOTICE boss :*** ${command} is not in the audit trail (audit_unavailable: ${unwritten.message})`,
  );
  expect(irc.host.audits).toMatchObject([{ command, ok: true }]);
});

it.each(['REHASH', 'RESTART :x', 'UNKLINE old@host', 'UNDLINE 203.0.113.1'])(
  'refuses %s when it cannot be written, with the reason',
  async (line) => {
    const past = { reason: '', by: '', setMs: 0, expiresMs: null };
    irc.server.bans.add({ ...past, kind: 'kline', mask: 'old@host' });
    irc.server.bans.add({ ...past, kind: 'dline', mask: '203.0.113.1' });
    boss.send(line);
    await main('unwritten');
    const [command] = line.split(' ');
    expect(boss.received()).toEqual([
      `:irc.test NOTICE boss :*** ${command} was not done (audit_unavailable: ${unwritten.message})`,
    ]);
    expect(irc.host.lifecycle).toEqual([]);
    expect(irc.server.bans.has('kline', 'old@host')).toBe(true);
    expect(irc.server.bans.has('dline', '203.0.113.1')).toBe(true);
    expect(irc.host.audits).toEqual([]);
  },
);

it('does what an operator asked for and was written although they have left meanwhile', async () => {
  const victim = irc.join('v');
  boss.send('KILL v :bye', 'PRIVMSG v :never said');
  boss.drop();
  await main('written');
  expect(victim.closedWith).toBe('Killed (boss (bye))');
  expect(irc.host.audits).toMatchObject([
    { actor: 'boss!~boss@192.0.2.1 (oper test)', command: 'KILL', ok: true },
  ]);
  expect(victim.received().some((line) => line.includes('never said'))).toBe(false);
});

it('says of a deed that was written and could not be done that it was not', async () => {
  const victim = irc.join('v');
  boss.send('KILL v :bye');
  victim.drop();
  await main('written');
  expect(boss.received().some((line) => line.includes(' 401 boss v '))).toBe(true);
  expect(irc.host.audits).toMatchObject([{ ok: false, outcome: expect.stringContaining('had left before') }]);

  boss.send('UNKLINE a@b');
  expect(waiting).toEqual([]);
  boss.send('KLINE a@b :x');
  await main('written');
  boss.send('UNKLINE a@b');
  irc.server.bans.remove('kline', 'a@b');
  await main('written');
  expect(irc.host.audits.at(-1)).toMatchObject({ command: 'UNKLINE', ok: false });
});

it('does nothing for an operator whose block went with a reload meanwhile', async () => {
  const victim = irc.join('v');
  boss.send('KILL v :bye');
  irc.server.configure(irc.server.config, null);
  await main('written');
  expect(victim.closedWith).toBeNull();
  expect(boss.received().some((line) => line.includes(' 723 boss kill '))).toBe(true);
  expect(irc.host.audits).toMatchObject([
    { ok: false, outcome: expect.stringContaining('no longer an operator') },
  ]);
});

it('does nothing any more once the server goes down', async () => {
  boss.send('KLINE bad@* :x');
  irc.server.closing = 'Server is shutting down';
  await main('written');
  expect(irc.server.bans.size).toBe(0);
  expect(irc.host.audits).toMatchObject([{ ok: false, outcome: expect.stringContaining('shutting down') }]);
});

it('writes down what a defect left undone, and answers the operator', async () => {
  irc.join('v');
  boss.send('KILL v :bye');
  vi.spyOn(irc.server, 'exit').mockImplementationOnce(() => {
    throw new Error('a defect');
  });
  await main('written');
  expect(irc.host.audits).toMatchObject([{ command: 'KILL', ok: false, outcome: 'internal: a defect' }]);
  expect(boss.received().some((line) => line.includes(' 400 boss '))).toBe(true);
});

it('says of REHASH in the audit trail what came of it', async () => {
  boss.send('REHASH');
  await main('written');
  irc.host.lifecycleOutcome = { ok: false, error: { code: 'config_invalid', message: 'line 3 is wrong' } };
  boss.send('REHASH');
  await main('written');
  expect(irc.host.audits).toMatchObject([
    { ok: true, outcome: 'the configuration was read again' },
    { ok: false, outcome: 'config_invalid: line 3 is wrong' },
  ]);
});

it('makes an operator, and refuses one, when that is written', async () => {
  irc.close();
  const { writeDeed } = irc.host;
  const password_hash = await hashPassword('sesame');
  irc = new MemoryServer({
    oper: [{ name: 'ann', hosts: ['*'], password_hash, flags: [], title: 'x', notices: 'k' }],
  });
  irc.host.writeDeed = writeDeed;
  const client = irc.join('a');
  const asked = async () => {
    while (waiting.length === 0) await settle();
  };
  client.send('OPER ann guess', 'PING done');
  await asked();
  expect(client.received()).toEqual([]);
  await main('unwritten');
  // Who guesses learns nothing of the audit trail.
  const lines = await waitFor(client, (line) => line.includes('PONG'));
  expect(lines[0]).toContain(' 464 a ');
  expect(lines).toHaveLength(2);
  client.send('OPER ann sesame');
  await asked();
  expect(client.user?.isOper).toBe(false);
  await main('unwritten');
  const told = await waitFor(client, (line) => line.includes(' 381 a '));
  expect(told[0]).toContain('OPER is not in the audit trail');
  expect(irc.host.audits).toMatchObject([
    { command: 'OPER', args: { name: 'ann' }, ok: false, outcome: 'wrong password' },
    { command: 'OPER', ok: true, outcome: 'became operator' },
  ]);
});
