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
  LeftList,
} from './foreign-data.ts';
import { listIn, numberIn, objectIn, readSaxdb, type SaxObject, textIn } from './saxdb.ts';

const NICKSERV = 'NickServ';

/** What is kept of an account that has no place here, and why. */
const NO_PLACE: readonly (readonly [string, string, string])[] = [
  ['cookie', 'cookie', 'it is good for a day: whoever waits for one asks anew'],
  ['fakehost', 'host that was given out', 'hosts are the business of the IRC server'],
  ['karma', 'karma', 'there is none here'],
  ['announcements', 'wish for announcements', 'everybody is told what Global says'],
  ['table_width', 'width of tables', 'tables are as wide as lines: SET WIDTH'],
];

/** Sections of a whole database that are not read yet, with what is in them. */
const SECTIONS: readonly (readonly [string, (section: SaxObject) => readonly string[], string])[] = [
  ['ChanServ', (section) => [...objectIn(section, 'channels').keys()], 'channel'],
  ['gline', (section) => [...section.keys()], 'G-line'],
  ['shun', (section) => [...section.keys()], 'shun'],
  ['OpServ', (section) => [...objectIn(section, 'trusted').keys()], 'trust'],
  ['OpServ', (section) => [...objectIn(section, 'gags').keys()], 'gag'],
  ['OpServ', (section) => [...objectIn(section, 'alerts').keys()], 'alert'],
  ['OpServ', (section) => [...objectIn(section, 'reserves').keys()], 'reserved nick'],
  ['OpServ', (section) => listIn(section, 'bad'), 'bad word'],
  ['HelpServ', (section) => [...objectIn(section, 'bots').keys()], 'help bot'],
  ['SpamServ', (section) => [...section.keys()], 'channel of SpamServ'],
  ['modcmd', (section) => [...objectIn(section, 'services').keys()], 'table of commands'],
  ['Global', (section) => [...section.keys()], 'message of Global'],
  ['MemoServ', (section) => [...section.keys()], 'mailbox of MemoServ'],
];

/**
 * @param bytes of the file, a character each
 * @throws SaxProblem where it is none
 */
export function readX3(bytes: string): ForeignData {
  const whole = readSaxdb(bytes);
  const left = new LeftList();
  const isWhole = whole.get(NICKSERV) instanceof Map;
  const section = isWhole ? objectIn(whole, NICKSERV) : whole;
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
  if (isWhole)
    for (const [key, names, what] of SECTIONS)
      left.addMany(what, 'it is not taken over by this import', names(objectIn(whole, key)).map(decoded));
  return { accounts, left: left.rows() };
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

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}
