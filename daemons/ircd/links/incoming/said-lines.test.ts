/**
 * What becomes of lines of other servers, at their edges too: what clients hear of it, what the other servers are told, what is answered,
 * and what is so afterwards. `nef` is Nefarious, `own` a server of our own kind; times are seconds after the beginning, which is `t`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MemoryClient } from '../../memory-server.ts';
import type { LinkFacts } from '../../state/link-facts.ts';
import { LinkedServer, linkLines, type MemoryEnd } from '../memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let here: LinkedServer;
let ann: MemoryClient;
let ends: Readonly<Record<'nef' | 'own', MemoryEnd>>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  ann = here.irc.join('ann', 'away-notify setname message-tags');
  here.irc.promote(ann, []);
  ann.send('JOIN #c');
  ends = {
    nef: linkLines(here, { name: 'nef.test', numeric: 'AC', kind: 'nefarious', linkSeconds: S }),
    own: linkLines(here, { name: 'own.test', numeric: 'AD', flags: 'h6Bt', linkSeconds: S }),
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

/** `t`, `t+5` and `t-5` in a line stand for seconds. */
const timed = (line: string) =>
  line.replaceAll(/(?<=[ =])t([+-]\d+)?(?= |$)/g, (_, more) => String(S + Number(more ?? 0)));
const untimed = (line: string) =>
  line
    .replaceAll(/\b17672\d{5}\b/g, (word) => {
      const more = Number(word) - S;
      return more === 0 ? 't' : `t${more > 0 ? '+' : ''}${more}`;
    })
    .replace(/^@\S+ /, '')
    .replace(/Guest\d+/, 'GuestN');

function take(from: 'nef' | 'own', line: string): void {
  ends[from].link!.take(timed(line));
}

/** What everybody has read since it was asked last. */
function heard(): string[] {
  return [
    ...ends.nef.take().map((line) => `nef ${untimed(line)}`),
    ...ends.own.take().map((line) => `own ${untimed(line)}`),
    ...ann.received().map((line) => `ann ${untimed(line).replaceAll(/!\S+@\S+/g, '!')}`),
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

/** What is so of users and channels, in a few words each. */
function facts(): string[] {
  const { users, channels } = here.state;
  return [
    ...[...users].map(
      ({ nick, numeric, username, host, account, away, realname, modes, nickSeconds, linkFacts }) =>
        untimed(
          `${numeric || 'here'} ${nick}!${username}@${host} ${nickSeconds} +${modes} ${account} ${away} ${realname} ${shortly(linkFacts)}`,
        ),
    ),
    ...[...channels.values()].map((channel) =>
      untimed(
        `${channel.name} ${channel.createdMs / 1000} ${channel.modes} ${channel.joinKey} ${channel.limit} ${channel.members.map((one) => one.prefix(true) + one.user.nick).join()} ${channel.bans.entries.map(({ mask, by, atMs }) => `${mask.text} ${by} ${atMs / 1000}`).join()} ${channel.topic} ${channel.topicBy} ${channel.topicAtMs / 1000}`,
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

const folder = import.meta.dirname;

/** What was written down: a line of who says something, and below it what comes of it. */
interface Case {
  readonly title: string;
  readonly from: 'nef' | 'own';
  readonly lines: readonly string[];
  readonly comes: readonly string[];
}

/** @param file what follows ` // ` is said next */
function casesOf(file: string): Case[] {
  const blocks = readFileSync(join(folder, file), 'utf8')
    .split(/\n(?=\S)/)
    .filter((block) => !block.startsWith('#'));
  return blocks.map((block) => {
    const [title = '', ...comes] = block.trimEnd().split('\n');
    const [from = '', said = ''] = title.split(' | ');
    return {
      title,
      from: from as Case['from'],
      lines: said.split(' // '),
      comes: comes.map((line) => line.trim()),
    };
  });
}

it.each(casesOf('said-lines.txt'))('$title', ({ from, lines, comes }) => {
  expect(after(from, lines)).toEqual(comes);
  expect(here.irc.server.counters.handlerErrors).toBe(0);
});
