/** User mode x: who sees which host of whom, and what bans match. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Cloaks } from './cloak.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';

const cloaks = new Cloaks([Buffer.alloc(32, 1), Buffer.alloc(32, 2)], 'users.test');
const [ANN = '', ANN_BEFORE = ''] = cloaks.all('192.0.2.7');

let irc: MemoryServer;
let ann: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  irc = new MemoryServer();
  irc.server.cloaks = cloaks;
  irc.host.names = { host: 'ann.isp.example', ident: null };
  ann = irc.connect('192.0.2.7');
  ann.send('CAP REQ :chghost', 'CAP END');
  irc.host.names = { host: null, ident: null };
  bob = irc.join('bob', 'chghost', '198.51.100.1');
});
afterEach(() => irc.close());

const enter = () => ann.send('NICK ann', 'USER ann 0 * :Ann');

it('a newcomer is seen with a cloak from the first line on, and told so', () => {
  const lines = enter();
  expect(lines[0]).toContain(`Welcome to the Signalbox IRC Network, ann!~ann@${ANN}`);
  expect(lines.slice(-2)).toEqual([
    `:ann!~ann@${ANN} MODE ann :+x`,
    `:irc.test 396 ann ${ANN} :is now your displayed host`,
  ]);
  expect(ann.send('MODE ann')).toEqual([':irc.test 221 ann +x']);
});

it('others see nothing but the cloak; the user and operators see the address', () => {
  enter();
  ann.send('JOIN #x');
  bob.send('JOIN #x');
  const asked = () => bob.send('WHOIS ann', 'WHO #x', 'WHO ann %ihn', 'USERHOST ann').join('\n');
  expect(asked()).not.toMatch(/isp\.example|192\.0\.2\.7/);
  expect(asked()).toContain(ANN);
  const own = ann.send('WHOIS ann').join('\n');
  expect(own).toContain(` 311 ann ann ~ann ${ANN} *`);
  expect(own).toContain(' 378 ann ann :is connecting from ~ann@ann.isp.example 192.0.2.7');
  irc.promote(bob, ['auspex']);
  expect(bob.send('WHOIS ann').join('\n')).toContain('~ann@ann.isp.example 192.0.2.7');
  ann.send('QUIT');
  bob.received();
  expect(bob.send('WHOWAS ann').join('\n')).not.toMatch(/isp\.example|192\.0\.2\.7/);
});

it('who takes it off and puts it on is followed by those who asked for chghost, and by nobody else', () => {
  enter();
  const eve = irc.join('eve', '', '198.51.100.2');
  for (const client of [ann, bob, eve]) client.send('JOIN #x');
  for (const client of [ann, bob, eve]) client.received();
  expect(ann.send('MODE ann -x')).toEqual([
    `:ann!~ann@${ANN} MODE ann :-x`,
    `:ann!~ann@${ANN} CHGHOST ~ann ann.isp.example`,
    ':irc.test 396 ann ann.isp.example :is now your displayed host',
  ]);
  expect(bob.received()).toEqual([`:ann!~ann@${ANN} CHGHOST ~ann ann.isp.example`]);
  expect(eve.received()).toEqual([]);
  ann.send('PRIVMSG #x :hi');
  expect(eve.received()).toEqual([':ann!~ann@ann.isp.example PRIVMSG #x :hi']);
  bob.received();
  ann.send('MODE ann +x');
  expect(bob.received()).toEqual([`:ann!~ann@ann.isp.example CHGHOST ~ann ${ANN}`]);
  expect(ann.send('MODE ann +x')).toEqual([]);
  expect(ann.penalty).toBe(4);
});

it.each([
  ['the cloak', ANN],
  ['the network in a cloak', ANN.replace(/^[^.]+/, '*')],
  ['the cloak of the key before', ANN_BEFORE],
  ['the real host', '*.isp.example'],
  ['the address', '192.0.2.7'],
  ['the network', '192.0.2.0/24'],
])('a ban on %s keeps out, with and without x', (_what, host) => {
  enter();
  bob.send('JOIN #x', `MODE #x +b *!*@${host}`);
  const banned = () => ann.send('JOIN #x').some((line) => line.includes(' 474 '));
  expect(banned()).toBe(true);
  ann.send('MODE ann -x');
  expect(banned()).toBe(true);
  bob.send(`MODE #x -b *!*@${host}`, 'MODE #x +b *!*@elsewhere.example');
  expect(banned()).toBe(false);
});

it.each([ANN, ANN_BEFORE, ANN.replace(/^[^.]+/, '*'), '*.isp.example', '192.0.2.7'])(
  'a K-line on %s refuses a newcomer',
  (host) => {
    const ban = { kind: 'kline', reason: 'r', by: 'x', setMs: 0, expiresMs: null } as const;
    irc.server.bans.add({ ...ban, mask: `*@${host}` });
    expect(enter().at(-1)).toContain('K-lined: r');
  },
);

it('an operator block for a host is for the real one', () => {
  enter();
  expect(irc.server.bans.matcher('kline', `*@${ANN}`)(ann.user!)).toBe(true);
  expect(ann.user).toMatchObject({ realHost: 'ann.isp.example', host: ANN });
});

it('without cloaks x is an unknown mode, and who has one may still take it off', () => {
  enter();
  irc.server.configure(irc.server.config, null);
  expect(bob.send('MODE bob -x').some((line) => line.includes(' 396 '))).toBe(true);
  expect(bob.user?.host).toBe('198.51.100.1');
  expect(bob.send('MODE bob +x')).toEqual([':irc.test 501 bob :Unknown MODE flag']);
  expect(ann.user?.host).toBe(ANN);
});
