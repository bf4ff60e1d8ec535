/** Random steps over so few names that they collide all the time. */
import fc from 'fast-check';
import type { Step } from './irc-twin.ts';
import { CHANNELS, NICKS } from './irc-views.ts';
import { MASKS, SERVER_MASKS } from './masks.ts';
import { FAR_SLOTS } from './remote-peer.ts';

/** Of those who are on the server already, by slot. */
const NAMES = ['a', 'B[', 'c'];

const slot = fc.nat(4);
const nick = fc.constantFrom(...NICKS, '9x');
const known = fc.constantFrom(...NICKS);
const channel = fc.oneof({ weight: 3, arbitrary: fc.constant('#x') }, fc.constantFrom(...CHANNELS));
const mask = fc.constantFrom(...MASKS.map(({ typed }) => typed));

/** A letter, with its parameter where it takes one. */
const change = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      {
        weight: 9,
        arbitrary: fc.constantFrom(...'imnpstCKMNSTc').map((letter) => [letter, ''] as const),
      },
      // With these nobody enters any more.
      { weight: 1, arbitrary: fc.constantFrom('O', 'Z', 'r').map((letter) => [letter, ''] as const) },
      { weight: 10, arbitrary: fc.tuple(fc.constantFrom('o', 'v'), known) },
      { weight: 10, arbitrary: fc.tuple(fc.constantFrom('b', 'e', 'I'), mask) },
      { weight: 10, arbitrary: fc.tuple(fc.constant('k'), fc.constantFrom('key', 'lock')) },
      { weight: 10, arbitrary: fc.tuple(fc.constant('l'), fc.constantFrom('1', '2', '3')) },
    ),
  )
  .map(([on, [letter, argument]]) => ({ on, letter, argument: letter === 'l' && !on ? '' : argument }));
const channelMode = fc
  .tuple(channel, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([name, changes]) => {
    const letters = changes.map(({ on, letter }) => (on ? '+' : '-') + letter).join('');
    const args = changes.map(({ argument }) => argument).filter((argument) => argument !== '');
    return ['MODE', name, letters, ...args].join(' ');
  });

const banLine = fc
  .constantFrom('kline' as const, 'dline' as const)
  .chain((kind) =>
    fc
      .tuple(fc.constantFrom('', 'UN'), fc.constantFrom(...SERVER_MASKS[kind]), fc.constantFrom('0', '1'))
      .map(([un, { typed }, minutes]) =>
        un === '' ? `${kind.toUpperCase()} ${minutes} ${typed} :why` : `UN${kind.toUpperCase()} ${typed}`,
      ),
  );

const line = fc.oneof(
  { weight: 4, arbitrary: nick.map((name) => `NICK ${name}`) },
  { weight: 1, arbitrary: fc.constantFrom('u1', 'u2').map((user) => `USER ${user} 0 * :Real ${user}`) },
  { weight: 8, arbitrary: channel.map((name) => `JOIN ${name}`) },
  { weight: 1, arbitrary: fc.tuple(channel, channel).map(([a, b]) => `JOIN ${a},${b} key,lock`) },
  { weight: 1, arbitrary: fc.constantFrom('JOIN 0', 'QUIT :bye', 'AWAY', 'AWAY :out', 'AWAY :lunch') },
  { weight: 3, arbitrary: channel.map((name) => `PART ${name}`) },
  { weight: 2, arbitrary: fc.tuple(channel, known).map(([name, who]) => `KICK ${name} ${who}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(channel, known, known).map(([name, a, b]) => `KICK ${name} ${a},${b} :out`),
  },
  { weight: 6, arbitrary: channelMode },
  {
    weight: 3,
    arbitrary: fc
      .tuple(known, fc.constantFrom('+i', '-i', '+w', '+B', '-B', '+o', '-o'))
      .map(([who, letters]) => `MODE ${who} ${letters}`),
  },
  { weight: 4, arbitrary: fc.tuple(known, channel).map(([who, name]) => `INVITE ${who} ${name}`) },
  { weight: 2, arbitrary: channel.map((name) => `TOPIC ${name} :about`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(channel, channel, fc.constantFrom('', ' :why'))
      .map(([name, other, reason]) => `RENAME ${name} ${other}${reason}`),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('', '@', '+'), channel)
      .map(([to, name]) => `PRIVMSG ${to}${name} :hi`),
  },
  { weight: 1, arbitrary: known.map((who) => `PRIVMSG ${who} :hi`) },
  { weight: 1, arbitrary: known.map((who) => `KILL ${who} :harm`) },
  { weight: 1, arbitrary: banLine },
);

const farLine = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(channel, fc.constantFrom('', '@')).map((words) => `JOIN ${words.join(' ')}`),
  },
  { weight: 2, arbitrary: channel.map((name) => `PART ${name}`) },
  { weight: 2, arbitrary: known.map((name) => `NICK ${name}`) },
  { weight: 1, arbitrary: fc.constantFrom('QUIT', 'AWAY', 'AWAY out', 'UMODE +o', 'UMODE -o') },
  { weight: 1, arbitrary: fc.constantFrom('UMODE +i', 'UMODE -i', 'UMODE +B', 'UMODE -B') },
  { weight: 1, arbitrary: known.map((who) => `KILL ${who} harm`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('OP', 'DEOP', 'KICK'), channel, known)
      .map((words) => words.join(' ')),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('TOPIC', 'PRIVMSG'), channel)
      .map(([verb, name]) => `${verb} ${name} news`),
  },
);
const far = fc.oneof(
  { weight: 1, arbitrary: fc.record({ far: fc.constantFrom(...FAR_SLOTS), introduce: known }) },
  { weight: 3, arbitrary: fc.record({ far: fc.constantFrom(...FAR_SLOTS), line: farLine }) },
);

const host = fc.constantFrom('one.example', 'two.test');
const address = fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '198.51.100.4', '2001:db8::5');
const connect = fc
  .record({ slot, connect: address, host, caps: fc.boolean() }, { requiredKeys: ['slot', 'connect'] })
  .map((step): Step => step);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: connect },
  { weight: 40, arbitrary: fc.record({ slot, line }) },
  { weight: 14, arbitrary: far },
  { weight: 1, arbitrary: slot.map((at): Step => ({ slot: at, become: 'operator' })) },
  { weight: 1, arbitrary: slot.map((at): Step => ({ slot: at, become: 'lost' })) },
  { weight: 1, arbitrary: slot.map((at): Step => ({ slot: at, look: true })) },
  { weight: 2, arbitrary: fc.constantFrom(1, 70).map((waitSeconds): Step => ({ waitSeconds })) },
);

/** Somebody closes the channel, somebody invites, somebody comes: chance alone brings the three together too seldom. */
const invitation = fc
  .tuple(
    slot,
    fc.oneof(
      fc.constantFrom('+i', '+k key', '+l 1'),
      mask.map((typed) => `+b ${typed}`),
    ),
    slot,
    fc.nat(NAMES.length - 1),
  )
  .map(([closer, modes, host, guest]): Step[] => [
    { slot: closer, line: `MODE #x ${modes}` },
    { slot: host, line: `INVITE ${NAMES[guest]!} #x` },
    { slot: guest, line: 'JOIN #x' },
  ]);

/** Steps of anybody, in any order. */
export const steps: fc.Arbitrary<Step[]> = fc
  .array(fc.oneof({ weight: 9, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: invitation }), {
    maxLength: 40,
    size: 'max',
  })
  .map((parts) => parts.flat());

/** Three who are on the server already. */
export const CROWD: readonly Step[] = NAMES.flatMap((name, at): Step[] => [
  { slot: at, connect: `192.0.2.${at + 1}`, host: at === 1 ? 'one.example' : 'two.test', caps: at === 2 },
  { slot: at, line: `USER u${(at % 2) + 1} 0 * :Real ${name}` },
  { slot: at, line: `NICK ${name}` },
]);
