/** Messages of several lines (IRCv3 client-batch, multiline). */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ircdConfigSchema } from '../config.ts';
import { limits } from '../limits.ts';
import { LinkedServer, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const PLAIN = 'batch message-tags server-time echo-message labeled-response';
const CAPS = `${PLAIN} draft/multiline`;
const NOW = Date.UTC(2026, 0, 1);
const TIME = 'time=2026-01-01T00:00:00.000Z';
const history = { keep_minutes: 60, new_channels: true };

let irc: MemoryServer;
let ann: MemoryClient;
let bob: MemoryClient;
let cat: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  irc = new MemoryServer(ircdConfigSchema.parse({ server_name: 'irc.test', history }));
  ann = irc.join('ann', CAPS);
  bob = irc.join('bob', CAPS);
  cat = irc.join('cat', PLAIN);
  for (const client of [ann, bob, cat]) client.send('JOIN #c');
  for (const client of [ann, bob, cat]) client.received();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** Ids and references by what they are. */
const plain = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/msgid=[\w-]+/, 'msgid=ID')
      .replace(/(BATCH [+-]|batch=)[lh]\w+/g, '$1REF')
      .replaceAll(':ann!~ann@192.0.2.1', ':ann'),
  );
const said = (open = '', target = '#c') => [
  `@${open}${TIME};msgid=ID :ann BATCH +REF draft/multiline ${target}`,
  `@batch=REF;${TIME} :ann PRIVMSG ${target} :hello`,
  `@batch=REF;${TIME} :ann PRIVMSG ${target} :`,
  `@batch=REF;${TIME} :ann PRIVMSG ${target} :how is `,
  `@batch=REF;draft/multiline-concat;${TIME} :ann PRIVMSG ${target} :everyone?`,
  `@${TIME} :ann BATCH -REF`,
];
const single = (target = '#c') => [
  `@${TIME};msgid=ID :ann PRIVMSG ${target} :hello`,
  `@${TIME} :ann PRIVMSG ${target} :how is `,
  `@${TIME} :ann PRIVMSG ${target} :everyone?`,
];
const say = (target = '#c', tags = '') =>
  ann.send(
    `${tags}BATCH +1 draft/multiline ${target}`,
    `@batch=1 PRIVMSG ${target} hello`,
    `@batch=1 PRIVMSG ${target} :`,
    `@batch=1 privmsg ${target} :how is `,
    `@batch=1;draft/multiline-concat PRIVMSG ${target} :everyone?`,
    'BATCH -1',
  );

it('reaches who knows what it is as one batch, and others line by line without those that are empty', () => {
  expect(plain(say())).toEqual(said());
  const heard = bob.received();
  expect(plain(heard)).toEqual(said());
  const lines = cat.received();
  expect(plain(lines)).toEqual(single());
  const idOf = (line = '') => /msgid=([\w-]+)/.exec(line)?.[1];
  expect(idOf(lines[0])).toBe(idOf(heard[0]));
  expect(plain(say('bob'))).toEqual(said('', 'bob'));
  expect(plain(bob.received())).toEqual(said('', 'bob'));
  say('cat');
  expect(plain(cat.received())).toEqual(single('cat'));
});

it('answers the label of the batch where it begins, once it is known what comes of it', () => {
  expect(plain(say('#c', '@label=x '))).toEqual(said('label=x;'));
  expect(say('nobody', '@label=y ')).toEqual([
    expect.stringMatching(/^@label=y;\S+ :irc\.test 401 ann nobody /),
  ]);
  ann.send('CAP REQ -echo-message');
  expect(say('#c', '@label=z ')).toEqual([expect.stringMatching(/^@label=z\S* :irc\.test ACK$/)]);
  expect(ann.send('@label=q BATCH +1 draft/multiline #c', '@batch=1 JOIN #d', 'BATCH -1')).toEqual([
    expect.stringMatching(/^@label=q;\S+ :irc\.test FAIL BATCH MULTILINE_INVALID :/),
  ]);
});

it('carries client-only tags of its beginning, and nothing else happens before its end', () => {
  ann.send('@+react=x BATCH +1 draft/multiline #c', '@batch=1 PRIVMSG #c :one', '@batch=1 PRIVMSG #c :two');
  expect([...bob.received(), ...cat.received()]).toEqual([]);
  expect(ann.send('PING x')).toEqual([expect.stringContaining(' PONG ')]);
  ann.send('BATCH -1');
  expect(bob.received()[0]).toContain('+react=x');
  expect(cat.received().filter((line) => line.includes('+react=x'))).toHaveLength(2);
});

it('is refused as a whole and once, with what is wrong', () => {
  const many = (n: number, text: string) => Array.from({ length: n }, () => `@batch=1 PRIVMSG #c :${text}`);
  const { multilineBytes, multilineLines } = limits;
  const half = 'x'.repeat(400);
  const wrong: [string[], string][] = [
    [['@batch=1 PRIVMSG #other :x'], 'MULTILINE_INVALID_TARGET #c #other'],
    [many(multilineLines.default + 2, 'x'), `MULTILINE_MAX_LINES ${multilineLines.default}`],
    [many(12, half), `MULTILINE_MAX_BYTES ${multilineBytes.default}`],
    [['@batch=1 PRIVMSG #c :x', '@batch=1;draft/multiline-concat PRIVMSG #c :'], 'MULTILINE_INVALID'],
    [['@batch=1 PRIVMSG #c :', '@batch=1 PRIVMSG #c :'], 'MULTILINE_INVALID'],
    [['@batch=1 PRIVMSG #c :x', '@batch=1 NOTICE #c :x'], 'MULTILINE_INVALID'],
    [['@batch=1 PRIVMSG #c'], 'MULTILINE_INVALID'],
    [['@batch=2 PRIVMSG #c :x'], 'MULTILINE_INVALID'],
    [[], 'MULTILINE_INVALID'],
  ];
  for (const [lines, code] of wrong)
    expect(ann.send('BATCH +1 draft/multiline #c', ...lines, 'BATCH -1'), code).toEqual([
      expect.stringContaining(` FAIL BATCH ${code} :`),
    ]);
  const bytes = Buffer.concat([Buffer.from('@batch=1 PRIVMSG #c :'), Buffer.from([0xff])]);
  expect(ann.send('BATCH +1 draft/multiline #c', bytes, 'BATCH -1')).toEqual([
    expect.stringContaining(' FAIL BATCH MULTILINE_INVALID :'),
  ]);
  const odd: [string, string][] = [
    ['BATCH +a_b draft/multiline #c', 'INVALID_REFTAG +a_b'],
    ['BATCH +1 other #c', 'UNKNOWN_TYPE 1 other'],
    ['BATCH +1 draft/multiline #c,#d', 'MULTILINE_INVALID'],
    ['BATCH +1 draft/multiline', 'MULTILINE_INVALID'],
    ['@batch=9 BATCH +1 draft/multiline #c', 'MULTILINE_INVALID'],
  ];
  for (const [line, code] of odd) {
    expect(ann.send(line), line).toEqual([expect.stringContaining(` FAIL BATCH ${code} :`)]);
    ann.send('BATCH -1');
  }
  ann.received();
  ann.send('BATCH +1 draft/multiline #c');
  expect(ann.send('BATCH +2 draft/multiline #c')).toEqual([expect.stringContaining(' MULTILINE_INVALID ')]);
  ann.send('BATCH +1 draft/multiline #c');
  vi.setSystemTime(NOW + (limits.batchSeconds.default + 1) * 1000);
  expect(ann.send('@batch=1 PRIVMSG #c :x', 'BATCH -1')).toEqual([
    expect.stringContaining(' FAIL BATCH TIMEOUT 1 :'),
  ]);
  expect([...bob.received(), ...cat.received()]).toEqual([]);
});

it('holds what the longest may, and is heard where each of its lines would be', () => {
  const most = limits.multilineLines.default;
  const lines = Array.from({ length: most }, (_, n) => `@batch=1 PRIVMSG #c :${n}`);
  ann.send('BATCH +1 draft/multiline #c', ...lines, 'BATCH -1');
  expect(bob.received()).toHaveLength(most + 2);
  expect(cat.received()).toHaveLength(most);
  ann.send('MODE #c +cS');
  for (const client of [ann, bob, cat]) client.received();
  const colours = '@batch=1 PRIVMSG #c :\x034red';
  expect(ann.send('BATCH +1 draft/multiline #c', '@batch=1 PRIVMSG #c :x', colours, 'BATCH -1')).toEqual([
    expect.stringContaining(' 404 ann #c '),
  ]);
  const bold = ['@batch=1 PRIVMSG #c :\x02one', '@batch=1 PRIVMSG #c :two'];
  ann.send('BATCH +1 draft/multiline #c', ...bold, 'BATCH -1');
  expect(cat.received().map((line) => line.split(' :').at(-1))).toEqual(['one', 'two']);
  cat.send('MODE cat +d');
  bob.send('SILENCE +ann', 'MODE #c');
  for (const client of [bob, cat]) client.received();
  say();
  say('bob');
  expect(cat.received()).toEqual([]);
  expect(bob.received()).toHaveLength(said().length);
  bob.send('SILENCE -ann', 'MODE bob +D');
  bob.received();
  expect(say('bob')).toEqual([expect.stringContaining(' 531 ann bob ')]);
});

it('is one message of the history, in the form that its reader knows', () => {
  say();
  for (const client of [ann, bob, cat]) {
    client.send('CAP REQ draft/chathistory');
    client.received();
  }
  const [begin, ...rest] = plain(bob.send('CHATHISTORY LATEST #c * 1'));
  expect(begin).toContain('BATCH +REF chathistory #c');
  expect(rest.slice(0, -1)).toEqual(said('batch=REF;'));
  expect(plain(cat.send('CHATHISTORY LATEST #c * 1')).slice(1, -1)).toEqual(
    single().map((line) => line.replace('@', '@batch=REF;')),
  );
});

it('is a message a line for users of other servers', () => {
  vi.useRealTimers();
  const [one, two] = [new LinkedServer('one.test', 1), new LinkedServer('two.test', 2)];
  const wire = new Wire(one, two);
  settle(wire);
  const [dan, eve] = [one.irc.join('dan', CAPS), two.irc.join('eve', 'message-tags')];
  for (const client of [dan, eve]) {
    client.send('JOIN #x');
    settle(wire);
    client.received();
  }
  for (const target of ['#x', 'eve']) {
    const lines = ['one', '', 'two'].map((text) => `@batch=1 PRIVMSG ${target} :${text}`);
    dan.send(`BATCH +1 draft/multiline ${target}`, ...lines, 'BATCH -1');
    settle(wire);
    const heard = eve.received();
    expect(heard.map((line) => line.replace(/^@\S+ /, ''))).toEqual(
      ['one', 'two'].map((text) => `:dan!~dan@192.0.2.1 PRIVMSG ${target} :${text}`),
    );
    expect(new Set(heard.map((line) => /msgid=([\w-]+)/.exec(line)?.[1])).size).toBe(2);
  }
  for (const server of [one, two]) server.close();
});
