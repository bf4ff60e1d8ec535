/**
 * What becomes of lines of other servers, at their edges too: what clients hear of it, what the other servers are told, what is answered,
 * and what is so afterwards. `nef` is Nefarious, `own` a server of our own kind; times are seconds after the beginning, which is `t`.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TEXT_MODES } from '../../../irc/modes.ts';
import type { MemoryClient } from '../../memory-server.ts';
import type { Channel } from '../../state/channel.ts';
import type { LinkFacts } from '../../state/link-facts.ts';
import { LinkedServer, linkLines, type MemoryEnd } from '../memory-links.ts';
import { CASES_MS, readCases, withoutTimes, withTimes } from '../written-cases-fixture.ts';

let here: LinkedServer;
let ann: MemoryClient;
let ends: Readonly<Record<'nef' | 'own', MemoryEnd>>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: CASES_MS });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann', 'away-notify setname message-tags draft/message-redaction');
  here.irc.promote(ann, []);
  ann.send('JOIN #c');
  ends = {
    nef: linkLines(here, {
      name: 'nef.test',
      numeric: 'AC',
      kind: 'nefarious',
      linkSeconds: CASES_MS / 1000,
    }),
    own: linkLines(here, { name: 'own.test', numeric: 'AD', flags: 'h6Bt', linkSeconds: CASES_MS / 1000 }),
  };
  take('nef', 'AC N bob 1 t ~bob bob.test +i B]AAAB ACAAA :Bob');
  take('own', 'AD N eve 1 t ~eve eve.test B]AAAB ADAAA :Eve');
  take('own', 'ADAAA J #c t');
  heard();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

/** As it is written down: without tags, and whoever was given a nick by any. */
const written = (line: string) =>
  withoutTimes(line)
    .replace(/^@\S+ /, '')
    .replace(/Guest\d+/, 'GuestN');

function take(from: 'nef' | 'own', line: string): void {
  ends[from].link!.take(withTimes(line));
}

/** What everybody has read since it was asked last. */
function heard(): string[] {
  return [
    ...ends.nef.take().map((line) => `nef ${written(line)}`),
    ...ends.own.take().map((line) => `own ${written(line)}`),
    ...ann.received().map((line) => `ann ${written(line).replaceAll(/!\S+@\S+/g, '!')}`),
  ];
}

/** What is kept to be passed on, where there is any. */
function shortly(facts: LinkFacts | null): string {
  if (facts === null) return '';
  const { realname, away, accountSeconds, modes, hosts, marks } = facts;
  const words = { realname, away, since: accountSeconds || null, modes: modes || null };
  const said = Object.entries(words).flatMap(([key, value]) => (value === null ? [] : `${key}=${value}`));
  const more = [...hosts, ...marks].map(([key, value]) => `${key}=${[value].flat().join(',')}`);
  return `(${[...said, ...more].join('; ')})`;
}

/** Modes that are a text, where there are any. */
const textsOf = (channel: Channel) =>
  TEXT_MODES.flatMap((letter) => channel.text(letter) ?? [])
    .map((text) => `+${text}`)
    .join(' ');

/** What is so of users and channels, in a few words each. */
function facts(): string[] {
  const { users, channels } = here.state;
  return [
    ...[...users].map(
      ({ nick, numeric, username, host, account, away, realname, modes, nickSeconds, linkFacts }) =>
        written(
          `${numeric || 'here'} ${nick}!${username}@${host} ${nickSeconds} +${modes} ${account} ${away} ${realname} ${shortly(linkFacts)}`,
        ),
    ),
    ...[...channels.values()].map((channel) =>
      written(
        `${channel.name} ${channel.createdMs / 1000} ${channel.modes} ${channel.joinKey} ${channel.limit} ${channel.members.map((one) => one.prefix(true) + one.user.nick).join()} ${channel.bans.entries.map(({ mask, by, atMs }) => `${mask.text} ${by} ${atMs / 1000}`).join()} ${channel.topic} ${channel.topicBy} ${channel.topicAtMs / 1000} ${textsOf(channel)}`,
      ),
    ),
  ];
}

/** What comes of lines, and which facts are others. */
function after(from: 'nef' | 'own', lines: readonly string[]): string[] {
  const before = new Set(facts());
  for (const line of lines) take(from, line);
  const said = heard();
  return [...said, ...facts().filter((fact) => !before.has(fact))].map((one) => one.trimEnd());
}

it.each(readCases(join(import.meta.dirname, 'said-lines.txt')))('$title', ({ title, deeds, comes }) => {
  const from = title.startsWith('nef | ') ? 'nef' : 'own';
  expect(after(from, [deeds[0]!.slice('nef | '.length), ...deeds.slice(1)])).toEqual(comes);
  expect(here.irc.server.counters.handlerErrors).toBe(0);
});
