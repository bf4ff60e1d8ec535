/** A broken or hostile server costs itself its link, and nobody else anything. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PeerKind } from '../../irc/p10/kinds.ts';
import { HOSTILE_WORDS, mutated, TRANSCRIPTS } from './hostile-lines.ts';
import type { Link } from './link.ts';
import { blockFor, LinkedServer, linkLines, MemoryEnd, settle, Wire } from './memory-links.ts';
import { SeededRandom } from './simulation/seeded-random.ts';

const RUNS = 400;
/** Words that are tried at each place of a line. */
const WORDS_OF_A_PLACE = 4;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a run leaves behind that it must not, in words. */
function harmOf(seed: number): string[] {
  const random = new SeededRandom(seed);
  const here = new LinkedServer('here.test', 1);
  const other = new LinkedServer('other.test', 9);
  const wire = new Wire(here, other);
  settle(wire);
  const alice = here.irc.join('alice');
  const anna = here.irc.join('anna');
  alice.send('JOIN #free', 'JOIN #one');
  anna.send('JOIN #free');
  const safe = here.irc.join('witness');
  safe.send('JOIN #safe');
  settle(wire);
  safe.received();
  here.blocks = [...here.blocks, blockFor('leaf.b.test')];
  const end = new MemoryEnd();
  const link = here.network.open(end, null);
  const lines = mutated(random.pick(TRANSCRIPTS), (bound) => random.below(bound));
  for (const line of lines) {
    link.take(line);
    settle(wire);
  }
  const harm = here.irc.host.logs
    .filter(({ event }) => event === 'handler_failed')
    .map(({ message }) => message);
  harm.push(
    ...other.irc.host.logs.filter(({ event }) => event === 'handler_failed').map(({ message }) => message),
  );
  if (wire.linkA.reason !== null) harm.push(`the other link ended: ${wire.linkA.reason}`);
  if (safe.closedWith === null && safe.send('PING :x').at(-1) !== ':here.test PONG here.test :x')
    harm.push('the witness has no answer');
  for (const line of end.sent) if (line.length > 510 || /[\0\r\n]/.test(line)) harm.push(`sent: ${line}`);
  for (const line of [...alice.received(), ...anna.received()])
    if (/[\0\r\n]/.test(line)) harm.push(`a user read: ${JSON.stringify(line)}`);
  link.leave('over');
  settle(wire);
  const left = [...here.state.users].filter((user) => user.server.via?.numeric === 'AC');
  if (left.length > 0) harm.push(`left over: ${left.map(({ nick }) => nick).join(' ')}`);
  for (const channel of here.state.channels.values())
    if (channel.members.some(({ user }) => user.gone)) harm.push(`${channel.name} has members who are gone`);
  here.close();
  other.close();
  return harm.length === 0 ? [] : [...harm, ...lines];
}

it(`survives ${RUNS} transcripts that somebody has tampered with`, () => {
  for (let seed = 1; seed <= RUNS; seed++) expect(harmOf(seed), `seed ${seed}`).toEqual([]);
});

/** A server of another kind that is linked to `here`, and what it is told. */
function standing(here: LinkedServer, name: string, numeric: string, kind: PeerKind): MemoryEnd {
  return linkLines(here, { name, numeric, kind, flags: 'h6s' });
}

it('whatever word stands wherever in a line, servers of all kinds behind this one are told lines that they can read', () => {
  const random = new SeededRandom(12);
  for (const transcript of TRANSCRIPTS) {
    const here = new LinkedServer('here.test', 1);
    const other = new LinkedServer('other.test', 9);
    const wire = new Wire(here, other);
    const others = [
      standing(here, 'ircu.test', 'AX', 'ircu'),
      standing(here, 'nefarious.test', 'AY', 'nefarious'),
    ];
    here.blocks = [...here.blocks, blockFor('leaf.b.test')];
    let link: Link | null = null;
    let alice = here.irc.join('alice');
    /** A link on which all lines before one were said. */
    const linkAt = (at: number): Link => {
      if (alice.closedWith !== null) alice = here.irc.join('alice');
      alice.send('JOIN #free', 'JOIN #one');
      if (link !== null && link.reason === null) return link;
      link = here.network.open(new MemoryEnd(), null);
      for (const line of transcript.slice(0, at)) link.take(line);
      settle(wire);
      return link;
    };
    for (let at = 2; at < transcript.length; at++) {
      const words = transcript[at]!.split(' ');
      for (let place = 2; place <= words.length; place++)
        for (let tries = 0; tries < WORDS_OF_A_PLACE; tries++) {
          const said = words
            .toSpliced(place, random.below(2), random.pick(HOSTILE_WORDS))
            .join(' ')
            .slice(0, 510);
          linkAt(at).take(said);
          settle(wire);
          const failed = [...here.irc.host.logs, ...other.irc.host.logs].filter(
            ({ event }) => event === 'handler_failed',
          );
          expect(
            [failed, wire.linkA.reason, wire.linkB.reason, here.network.links.length >= 3],
            said,
          ).toEqual([[], null, null, true]);
          for (const end of others) end.take();
        }
    }
    link!.leave('over');
    settle(wire);
    const whom = ({ state }: LinkedServer) =>
      [...state.users]
        .map((user) => [user.nick, [...user.memberships.keys()].map(({ name }) => name).sort()])
        .sort();
    expect(whom(other)).toEqual(whom(here));
    here.close();
    other.close();
  }
});
