/**
 * What each kind of peer is told of what happens here, and of what others say: `nef` is Nefarious, `own` a server of our own kind, and
 * what is for both and for `ircu` alike stands before their names.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { setAccount } from '../actions/account.ts';
import { changeHost } from '../actions/host.ts';
import { OPER_FLAGS } from '../config.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, linkLines, type MemoryEnd } from './memory-links.ts';
import { CASES_MS, readCases, withoutTimes, withTimes } from './written-cases-fixture.ts';

const KINDS = {
  nef: { numeric: 'AC', kind: 'nefarious', flags: 'h6' },
  own: { numeric: 'AD', kind: 'auto', flags: 'h6Bt' },
  ircu: { numeric: 'AE', kind: 'auto', flags: 'h6' },
} as const;
type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as Kind[];

let here: LinkedServer;
let clients: Record<string, MemoryClient>;
let ends: Record<Kind, MemoryEnd>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: CASES_MS });
  here = new LinkedServer('here.test', 1);
  clients = { ann: here.irc.join('ann', 'message-tags draft/message-redaction'), bea: here.irc.join('bea') };
  here.irc.promote(clients.ann!, OPER_FLAGS);
  clients.ann!.send('JOIN #c');
  const link = (name: Kind) =>
    linkLines(here, { name: `${name}.test`, linkSeconds: CASES_MS / 1000, ...KINDS[name] });
  ends = { nef: link('nef'), own: link('own'), ircu: link('ircu') };
  for (const name of NAMES)
    says(
      name,
      `${KINDS[name].numeric} N ${name}1 1 t u${name} ${name}.host B]AAAB ${KINDS[name].numeric}AAA :Of ${name}`,
    );
  told();
});
afterEach(() => {
  here.close();
  vi.useRealTimers();
});

function says(name: Kind, line: string): void {
  ends[name].link!.take(withTimes(line));
}

/** What peers were told since they were asked last; one line for all where all were told the same. */
function told(): string[] {
  const each = NAMES.map((name) => [name, ends[name].take().map(withoutTimes)] as const);
  const lines = [...new Set(each.flatMap(([, said]) => said))];
  return lines.map((line) => {
    const names = each.filter(([, said]) => said.includes(line)).map(([name]) => name);
    return `${names.length === NAMES.length ? 'all' : names.join('+')} ${line}`;
  });
}

function act(steps: WorkSteps | null): void {
  if (steps !== null) here.irc.host.work.runSteps(here.irc.server.house, steps);
}

/** Another peer of a kind is linked; what it is told of all that is there. */
function meets(kind: Kind): string[] {
  const end = linkLines(here, { name: 'late.test', ...KINDS[kind], numeric: 'AF' });
  const lines = end.take().map((line) => `late ${withoutTimes(line)}`);
  return lines.filter((line) => !/ (PASS|SERVER|EB|EA|G|Z) /.test(`${line} `));
}

function does(deed: string): string[] {
  const [who = '', first = '', second = ''] = deed.split(' ');
  const user = clients[first]?.user;
  if (who === 'later') vi.setSystemTime(CASES_MS + Number(first) * 1000);
  else if (who === 'account') act(setAccount(here.irc.server, user!, second === '' ? null : second));
  else if (who === 'host') act(changeHost(here.irc.server, user!, second));
  else if (who === 'meets') return meets(first as Kind);
  else if (who in KINDS) says(who as Kind, deed.slice(who.length + 1));
  else clients[who]!.send(deed.slice(who.length + 1));
  return [];
}

it.each(readCases(join(import.meta.dirname, 'told-lines.txt')))('$title', ({ deeds, comes }) => {
  const late = deeds.flatMap(does);
  expect([...told(), ...late]).toEqual(comes);
  expect(here.irc.server.counters.handlerErrors).toBe(0);
});
