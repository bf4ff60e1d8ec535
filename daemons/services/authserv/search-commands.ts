/** SEARCH: accounts by what is known of them, looked through a page at a time so that nobody waits for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { Profile } from '../store/profile-store.ts';
import type { AuthWorld } from './auth-world.ts';
import { wholeNumber } from './settings.ts';
import { LOOKING_LEVEL } from './standing.ts';

export function searchCommands(world: AuthWorld): CommandRow[] {
  return [search(world)];
}

/** What is known of an account that is looked at. */
interface Found {
  readonly account: StoredAccount;
  readonly profile: () => Profile;
  readonly masks: () => readonly string[];
}

type Test = (found: Found, now: number) => boolean;

/** What a criterion makes of its value; null for one that it cannot use. */
type Criterion = (value: string) => Test | null;

const CRITERIA: ReadonlyMap<string, { readonly syntax: string; readonly read: Criterion }> = new Map([
  ['ACCOUNT', { syntax: 'mask', read: glob(({ account }) => [account.name]) }],
  ['EMAIL', { syntax: 'mask', read: glob(({ account }) => (account.email === null ? [] : [account.email])) }],
  ['HOSTMASK', { syntax: 'mask', read: glob(({ masks }) => masks()) }],
  ['INFO', { syntax: 'mask', read: glob(({ profile }) => [profile().info ?? '']) }],
  ['REGISTERED', { syntax: '<age or >age', read: age(({ account }) => account.created) }],
  ['SEEN', { syntax: '<age or >age', read: age(({ account }) => account.last_login ?? account.created) }],
  ['LEVEL', { syntax: 'least', read: atLeast(({ profile }) => profile().level) }],
  ['FLAGS', { syntax: 'letters', read: flags }],
  ['SUSPENDED', { syntax: 'yes or no', read: yesOrNo(({ account }) => account.suspended_reason !== null) }],
]);

function glob(texts: (found: Found) => readonly string[]): Criterion {
  return (value) => {
    const mask = compileMask(value);
    return (found) => texts(found).some((text) => mask.matches(fold(text)));
  };
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
  ['y', 31_557_600],
]);

/** `<30d`: less than thirty days ago. */
function age(at: (found: Found) => number): Criterion {
  return (value) => {
    const [, sign, count, unit] = /^([<>])(\d{1,5})([mhdwy])$/.exec(value) ?? [];
    if (sign === undefined) return null;
    const ms = Number(count) * UNITS.get(unit!)! * 1_000;
    return (found, now) => (sign === '<' ? now - at(found) < ms : now - at(found) > ms);
  };
}

function atLeast(of: (found: Found) => number): Criterion {
  return (value) => {
    const least = wholeNumber(value);
    return Number.isNaN(least) ? null : (found) => of(found) >= least;
  };
}

function flags(value: string): Test | null {
  return /^[a-z]+$/i.test(value)
    ? ({ profile }) => [...value].every((letter) => profile().flags.includes(letter))
    : null;
}

function yesOrNo(of: (found: Found) => boolean): Criterion {
  return (value) => {
    const wanted = value.toLowerCase();
    return wanted === 'yes' || wanted === 'no' ? (found) => of(found) === (wanted === 'yes') : null;
  };
}

/** What somebody asked for; a reply where that cannot be read. */
function readCriteria(words: readonly string[]): { readonly tests: Test[]; readonly most: number } | Reply {
  const tests: Test[] = [];
  let most: number = limits.searchRows.default;
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]!.toUpperCase();
    const value = words[at + 1];
    if (value === undefined) return said`${name} needs a value.`;
    if (name === 'LIMIT') {
      const number = wholeNumber(value);
      if (!(number >= 1 && number <= limits.searchRows.default))
        return said`LIMIT is a number from 1 to ${limits.searchRows.default}.`;
      most = number;
      continue;
    }
    const criterion = CRITERIA.get(name);
    if (criterion === undefined)
      return said`There is no criterion ${name.slice(0, 32)}. There are ${[...CRITERIA.keys(), 'LIMIT'].join(', ')}.`;
    const test = criterion.read(value);
    if (test === null) return said`${name} is given as ${criterion.syntax}.`;
    tests.push(test);
  }
  return { tests, most };
}

function search(world: AuthWorld): CommandRow {
  return {
    name: 'SEARCH',
    needs: { level: LOOKING_LEVEL },
    syntax: '<PRINT or COUNT> [criterion value]...',
    least: 1,
    most: null,
    effect: 'nothing',
    help: [
      'Finds accounts that meet all criteria, and lists or counts them.',
      `Criteria: ${[...CRITERIA].map(([name, { syntax }]) => `${name} ${syntax}`).join(', ')}, LIMIT rows.`,
      'An age is a number with m, h, d, w or y, as in SEEN >30d. Masks have * and ?.',
    ],
    refusal({ words }) {
      const [action = '', ...rest] = words;
      if (!['PRINT', 'COUNT'].includes(action.toUpperCase())) return 'SEARCH is PRINT or COUNT.';
      const criteria = readCriteria(rest);
      return typeof criteria === 'object' && 'tests' in criteria ? null : criteria;
    },
    async run(call) {
      const [action = '', ...rest] = call.words;
      const criteria = readCriteria(rest);
      if (typeof criteria === 'string' || !('tests' in criteria)) return [criteria];
      const listed = action.toUpperCase() === 'PRINT' ? criteria.most : 0;
      const { rows, total } = await lookThrough(world, criteria.tests, listed, () => call.stands);
      if (listed === 0 || total === 0) return [meeting(total)];
      const table = { headings: ['Account', 'Level', 'Registered', 'Last login'], rows };
      const left = total - rows.length;
      return [table, left === 0 ? meeting(total) : more(left)];
    },
  };
}

async function lookThrough(
  { store, profiles, unused }: AuthWorld,
  tests: readonly Test[],
  most: number,
  goesOn: () => boolean,
): Promise<{ rows: string[][]; total: number }> {
  const rows: string[][] = [];
  let total = 0;
  let after = '';
  const now = unused.now();
  while (goesOn()) {
    const page = store.page(after, PAGE);
    for (const account of page) {
      const found = { account, profile: () => profiles.of(account), masks: () => profiles.masks(account) };
      if (!tests.every((test) => test(found, now))) continue;
      total++;
      if (rows.length < most)
        rows.push([
          account.name,
          String(profiles.of(account).level),
          dayOf(account.created),
          account.last_login === null ? 'never' : dayOf(account.last_login),
        ]);
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.key;
    await nextTurn();
  }
  return { rows, total };
}

function meeting(total: number): Reply {
  return total === 1 ? said`${total} account meets that.` : said`${total} accounts meet that.`;
}

function more(left: number): Reply {
  return left === 1 ? said`${left} more meets that.` : said`${left} more meet that.`;
}

/** Accounts of one turn of the loop: two milliseconds. */
const PAGE = 250;

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
