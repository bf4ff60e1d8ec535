/** A broken or hostile server costs itself its link, and nobody else anything. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mutated, TRANSCRIPTS } from './hostile-lines.ts';
import { blockFor, LinkedServer, MemoryEnd, settle, Wire } from './memory-links.ts';
import { SeededRandom } from './simulation/seeded-random.ts';

const RUNS = 400;

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
