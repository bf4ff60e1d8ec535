/** What X3's database holds, in the terms of these services: a whole one (`mondo`), or that of NickServ alone. */
import { limits as accountLimits } from '../../identity/limits.ts';
import { fold } from '../../irc/casemapping.ts';
import { MOST_LEVEL } from '../authserv/standing.ts';
import { limits } from '../limits.ts';
import { AccountChecks } from './account-checks.ts';
import {
  decoded,
  type ForeignAccount,
  type ForeignData,
  type ForeignNote,
  type ForeignReading,
  LeftList,
} from './foreign-data.ts';
import { milliseconds } from './part-checks.ts';
import { listed, listIn, numberIn, objectIn, readSaxdb, type SaxObject, textIn } from './saxdb.ts';
import { readX3Channels } from './x3-channels.ts';
import { readX3Help } from './x3-help.ts';
import { readX3Lists } from './x3-lists.ts';
import { readX3Spam } from './x3-spam.ts';

const NICKSERV = 'NickServ';

/** What is kept of an account that has no place here, and why. */
const NO_PLACE: readonly (readonly [string, string, string])[] = [
  ['cookie', 'cookie', 'it is good for a day: whoever waits for one asks anew'],
  ['fakehost', 'host that was given out', 'hosts are the business of the IRC server'],
  ['karma', 'karma', 'there is none here'],
  ['announcements', 'wish for announcements', 'everybody is told what Global says'],
  ['table_width', 'width of tables', 'tables are as wide as lines: SET WIDTH'],
];

/** Sections of a whole database that have no place here, with what is in them and why. */
const SECTIONS: readonly (readonly [string, (section: SaxObject) => readonly string[], string, string])[] = [
  [
    'modcmd',
    (section) => [...objectIn(section, 'services').keys()],
    'table of commands',
    'bots have commands of their own here: BIND of ModCmd makes others of them',
  ],
  ['MemoServ', mailboxes, 'mailbox', 'nobody keeps messages for others here'],
];

/**
 * @param bytes of the file, a character each
 * @throws SaxProblem where it is none
 */
export function readX3(bytes: string, { now, bots }: ForeignReading): ForeignData {
  const whole = readSaxdb(bytes);
  const left = new LeftList();
  const isWhole = whole.get(NICKSERV) instanceof Map;
  const accounts = accountsOf(isWhole ? objectIn(whole, NICKSERV) : whole, left);
  // Of a database of NickServ alone all else is accounts.
  const rest = isWhole ? whole : NOTHING;
  const names = new Set(accounts.map(({ name }) => fold(name)));
  const levels = new Map(accounts.map(({ name, level }) => [fold(name), level]));
  const channels = readX3Channels(objectIn(rest, 'ChanServ'), names, left, now);
  const reading = { accounts: names, left, now };
  const suspended = new Map(channels.map(({ name, suspension }) => [fold(name), suspension !== null]));
  const taken = new Set(bots.map(fold));
  const data = {
    ...{ accounts, channels, left },
    lists: readX3Lists(rest, levels, left, now),
    help: readX3Help(objectIn(rest, 'HelpServ'), { ...reading, taken }),
    spam: readX3Spam(objectIn(rest, 'SpamServ'), { ...reading, channels: suspended }),
  };
  for (const [key, namesIn, what, why] of SECTIONS)
    left.addMany(what, why, namesIn(objectIn(rest, key)).map(decoded));
  return data;
}

const NOTHING: SaxObject = new Map();

/** Accounts that somebody has sent something to. */
function mailboxes(section: SaxObject): string[] {
  return listed(objectIn(section, 'memos')).map(([, memo]) => textIn(memo, 'to') ?? '');
}

function accountsOf(section: SaxObject, left: LeftList): ForeignAccount[] {
  const accounts: ForeignAccount[] = [];
  const known = new Set<string>();
  for (const name of section.keys()) {
    const record = section.get(name);
    if (!(record instanceof Map)) {
      left.add('record', 'no account is in it', name);
      continue;
    }
    const checks = new AccountChecks(decoded(name), left);
    if (!checks.isName()) continue;
    if (known.has(fold(name))) {
      left.add('account', 'there is another one of its name', name);
      continue;
    }
    known.add(fold(name));
    accounts.push(accountOf(decoded(name), record, checks, left));
  }
  return accounts;
}

function accountOf(name: string, record: SaxObject, checks: AccountChecks, left: LeftList): ForeignAccount {
  const text = (key: string) => {
    const found = textIn(record, key);
    return found === null ? null : decoded(found);
  };
  for (const [key, what, why] of NO_PLACE) if (record.has(key)) left.add(what, why, name);
  const flags = text('flags') ?? '';
  const created = milliseconds(numberIn(record, 'register')) ?? 0;
  const seen = milliseconds(numberIn(record, 'lastseen'));
  const nicks = record.has('nicks_ex') ? [...objectIn(record, 'nicks_ex').keys()] : listIn(record, 'nicks');
  for (const letter of flags)
    if (!FLAGS.has(letter)) left.add('flag', `there is none such as ${letter}`, name);
  return {
    name,
    created,
    email: checks.email(text('email_addr')),
    lastLogin: seen === null || seen < created ? null : seen,
    hash: checks.hash(textIn(record, 'passwd')),
    nicks: checks.nicks(nicks.map(decoded)),
    hostMasks: checks.hostMasks(withoutAll(listIn(record, 'masks').map(decoded))),
    fingerprints: checks.fingerprints(listIn(record, 'sslfps')),
    ignores: checks.ignores(listIn(record, 'ignores').map(decoded)),
    notes: notesOf(objectIn(record, 'note'), checks),
    info: checks.text('information', text('info'), limits.infoBytes.default),
    maxLogins: checks.number(
      'MAXLOGINS',
      numberIn(record, 'maxlogins'),
      1,
      limits.loginsPerAccountMost.default,
    ),
    level: checks.number('level', numberIn(record, 'opserv_level'), 0, MOST_LEVEL) ?? 0,
    flags: ['b', 'h', 'n'].filter((letter) => [...flags].some((one) => FLAGS.get(one) === letter)).join(''),
    epithet: checks.text('epithet', text('epithet'), limits.epithetBytes.default),
    privmsg: flags.includes('p') ? true : null,
    // X3 has colours where nothing else was set; here it is the other way round.
    color: flags.includes('c') ? true : null,
    style: text('user_style') === 'c' ? 'CLEAN' : null,
    width: checks.number(
      'width',
      numberIn(record, 'screen_width'),
      limits.widthBytesLeast.default,
      limits.replyBytes.default,
    ),
    language: languageOf(text('language')),
    isAway: flags.includes('f'),
    suspended: flags.includes('s') ? { reason: 'suspended in X3', by: 'X3' } : null,
  };
}

/** What each flag of X3 is here: a flag of OSET, or null for what is read otherwise or is of no use here. */
const FLAGS: ReadonlyMap<string, string | null> = new Map([
  ['b', 'b'],
  ['n', 'n'],
  ['h', 'h'],
  ['H', 'h'],
  ['f', null],
  ['p', null],
  ['c', null],
  ['s', null],
  ['g', null],
]);

function notesOf(note: SaxObject, checks: AccountChecks): ForeignNote[] {
  const text = textIn(note, 'note');
  const line = text === null ? null : checks.text('note', decoded(text), limits.noteBytes.default);
  if (line === null) return [];
  const by = decoded(textIn(note, 'setter') ?? 'X3').slice(0, accountLimits.accountNameLength.default);
  return [{ by, at: milliseconds(numberIn(note, 'date')) ?? 0, text: line }];
}

/** An account that may be used from anywhere has no masks here. */
function withoutAll(masks: readonly string[]): readonly string[] {
  return masks.some((mask) => mask === '*@*' || mask === '*!*@*') ? [] : masks;
}

/** X3 calls English `C`, and German `de`. */
function languageOf(language: string | null): string | null {
  const code = (language ?? 'C').toLowerCase().replace('_', '-');
  return code === 'c' || code.startsWith('en') ? null : code;
}
