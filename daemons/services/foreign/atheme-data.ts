/** What Atheme's flat file holds, in the terms of these services. A row a line: its kind, then words; the last may hold spaces. */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { AccountChecks } from './account-checks.ts';
import { AthemeChannels, type Row, wholeNumber } from './atheme-channels.ts';
import {
  decoded,
  type ForeignAccount,
  type ForeignData,
  type ForeignNote,
  type ForeignReading,
  LeftList,
} from './foreign-data.ts';

/** What is wrong with a file, and where. */
export class AthemeProblem extends Error {
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.line = line;
  }
}

/** An account while its rows are read. */
interface Draft {
  readonly name: string;
  readonly pass: string;
  readonly email: string;
  readonly registered: string;
  readonly lastLogin: string;
  readonly flags: string;
  readonly language: string;
  readonly nicks: string[];
  readonly masks: string[];
  readonly prints: string[];
  /** By name. */
  readonly metadata: Map<string, string>;
}

interface Reading {
  version: number;
  /** When the file was written, Unix seconds. */
  written: string;
  readonly drafts: Map<string, Draft>;
  readonly channels: AthemeChannels;
  readonly left: LeftList;
}

/** Metadata of accounts that are taken over. */
const METADATA = new Set([
  ...['private:freeze:freezer', 'private:freeze:reason', 'private:mark:setter', 'private:mark:reason'],
  'private:mark:timestamp',
]);

/** Kinds of rows that say something of the file alone. */
const OF_THE_FILE = new Set(['GRVER', 'MDEP', 'LUID', 'CF', 'KID', 'XID', 'QID', 'GDBV', 'GFA', 'SU', 'NAM']);

/** What rows of other kinds hold that has no place here, and the word that names it. */
const OTHER_ROWS: ReadonlyMap<string, readonly [string, number, string?]> = new Map([
  ['MDN', ['property of an old name', 1]],
  ['SO', ['operator of services', 1, 'set-level, or OSET LEVEL, gives a level']],
  ['XL', ['ban of real names (X-line)', 2]],
  ['SI', ['mask that services ignore', 1]],
  ['ME', ['memo', 1]],
  ['MI', ['nick whose memos are ignored', 1]],
  ['GRP', ['group', 2]],
  ['GACL', ['access to a group', 1]],
  ['BOT', ['bot', 1]],
  ['BOT-COUNT', ['count of bots', 1]],
]);

/**
 * @param bytes of the file, a character each
 * @throws AthemeProblem where it is none
 */
export function readAtheme(bytes: string, { now }: ForeignReading): ForeignData {
  const left = new LeftList();
  const channels = new AthemeChannels(left, now);
  const reading: Reading = { version: 0, written: '0', drafts: new Map(), channels, left };
  let line = 0;
  for (const text of bytes.split('\n')) {
    line++;
    if (text.trim() === '' || text.startsWith('#')) continue;
    readRow(reading, text.trimEnd().split(' '), line);
  }
  if (reading.version === 0)
    throw new AthemeProblem(1, 'expected a row DBV with the version of the database');
  const accounts: ForeignAccount[] = [];
  for (const draft of reading.drafts.values()) {
    const checks = new AccountChecks(decoded(draft.name), left);
    if (checks.isName()) accounts.push(accountOf(draft, checks, reading));
  }
  const names = new Set(accounts.map(({ name }) => fold(name)));
  const spam = { channels: [], trusts: [] };
  return { accounts, channels: channels.channels(names), lists: channels.lists, help: [], spam, left };
}

function readRow(reading: Reading, row: Row, line: number): void {
  const [kind = ''] = row;
  const { left } = reading;
  if (kind === 'DBV') reading.version = wholeNumber(row[1]);
  else if (kind === 'TS') reading.written = row[1] ?? '0';
  else if (kind === 'MU') readAccount(reading, row, line);
  else if (kind === 'MN') of(reading, row, 'nick')?.nicks.push(decoded(row[2] ?? ''));
  else if (kind === 'AC') of(reading, row, 'host mask')?.masks.push(decoded(row[2] ?? ''));
  else if (kind === 'MCFP') of(reading, row, 'certificate')?.prints.push(row[2] ?? '');
  else if (kind === 'MDU') readMetadata(reading, row);
  else if (!reading.channels.take(row, reading.version)) {
    const other = OTHER_ROWS.get(kind);
    if (other !== undefined)
      left.add(other[0], other[2] ?? 'it has no place here', decoded(row[other[1]] ?? ''));
    else if (!OF_THE_FILE.has(kind))
      left.add('row', `rows ${decoded(kind).slice(0, 16)} are not known`, `line ${line}`);
  }
}

/** MU [uid] name pass email registered lastlogin flags [language]; the uid since version 10. */
function readAccount({ version, drafts, left }: Reading, row: Row, line: number): void {
  if (version === 0) throw new AthemeProblem(line, 'expected a row DBV before the first account');
  const [name, pass, email, registered, lastLogin, flags = '', language = ''] = row.slice(
    version >= 10 ? 2 : 1,
  );
  if (
    name === undefined ||
    pass === undefined ||
    email === undefined ||
    registered === undefined ||
    lastLogin === undefined
  )
    throw new AthemeProblem(line, 'expected an account: name, password, e-mail, two times and flags');
  if (drafts.has(fold(name))) {
    left.add('account', 'there is another one of its name', decoded(name));
    return;
  }
  const lists = { nicks: [], masks: [], prints: [], metadata: new Map<string, string>() };
  drafts.set(fold(name), { name, pass, email, registered, lastLogin, flags, language, ...lists });
}

/** The account of a row, which stands before it. */
function of({ drafts, left }: Reading, [, name = '', which = '']: Row, what: string): Draft | undefined {
  const draft = drafts.get(fold(name));
  if (draft === undefined) left.add(what, 'its account is not in the file', decoded(`${name}: ${which}`));
  return draft;
}

function readMetadata(reading: Reading, row: Row): void {
  const [, , name = ''] = row;
  const draft = of(reading, row, 'property of an account');
  if (draft === undefined) return;
  if (METADATA.has(name)) draft.metadata.set(name, decoded(row.slice(3).join(' ')));
  else if (name.startsWith('private:host:') || name === 'private:usercloak')
    reading.left.add('host that was given out', 'hosts are the business of the IRC server', draft.name);
  else reading.left.add('property of an account', `there is no place for ${name.slice(0, 40)}`, draft.name);
}

function accountOf(draft: Draft, checks: AccountChecks, { written }: Reading): ForeignAccount {
  const { name, metadata, flags } = draft;
  const created = wholeNumber(draft.registered) * 1_000;
  // Whoever was logged in when the file was written has 0 there.
  const seen = (wholeNumber(draft.lastLogin) || wholeNumber(written)) * 1_000;
  const freezer = metadata.get('private:freeze:freezer');
  return {
    name: decoded(name),
    created,
    email: draft.email === 'noemail' ? null : checks.email(decoded(draft.email)),
    lastLogin: seen >= created && seen > 0 ? seen : null,
    hash: checks.hash(hashOf(draft)),
    nicks: checks.nicks(draft.nicks),
    hostMasks: checks.hostMasks(draft.masks),
    fingerprints: checks.fingerprints(draft.prints),
    ignores: [],
    notes: notesOf(metadata, checks),
    info: null,
    maxLogins: null,
    level: 0,
    flags: flags.includes('h') ? 'n' : '',
    epithet: null,
    privmsg: flags.includes('P') ? true : null,
    color: null,
    style: null,
    width: null,
    language: languageOf(draft.language),
    isAway: false,
    suspended:
      freezer === undefined
        ? null
        : { by: freezer, reason: metadata.get('private:freeze:reason') || 'frozen in Atheme' },
  };
}

/** A mark of Atheme is a note of operators here. */
function notesOf(metadata: ReadonlyMap<string, string>, checks: AccountChecks): ForeignNote[] {
  const text = checks.text('note', metadata.get('private:mark:reason') ?? null, limits.noteBytes.default);
  if (text === null) return [];
  const at = wholeNumber(metadata.get('private:mark:timestamp')) * 1_000;
  return [{ by: metadata.get('private:mark:setter') ?? 'Atheme', at, text }];
}

/** The kinds of PBKDF2 of Atheme (`$z$kind$rounds$salt$key`) that are checked here, and whether their salt is base64. */
const PBKDF2: ReadonlyMap<string, { readonly digest: string; readonly isBase64: boolean }> = new Map([
  ['5', { digest: 'sha256', isBase64: false }],
  ['6', { digest: 'sha512', isBase64: false }],
  ['25', { digest: 'sha256', isBase64: true }],
  ['26', { digest: 'sha512', isBase64: true }],
]);

/** What is kept of a password as a hash of X3 or crypt(3); null where it is in the clear, or there is none. */
function hashOf({ pass, flags }: Draft): string | null {
  // Without the flag C the password itself stands there, and is not carried about.
  if (!flags.includes('C') || pass === '*') return null;
  const [, kind = '', rounds = '', salt = '', key = ''] =
    /^\$z\$(\d+)\$(\d+)\$([^$]+)\$([^$]+)$/.exec(pass) ?? [];
  const known = PBKDF2.get(kind);
  if (known === undefined) return pass;
  const salt64 = known.isBase64 ? salt : Buffer.from(salt, 'latin1').toString('base64');
  return `$pbkdf2-${known.digest}$i=${rounds}$${salt64.replaceAll('=', '')}$${key.replaceAll('=', '')}`;
}

function languageOf(language: string): string | null {
  const code = language.toLowerCase().replace('_', '-');
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})?$/.test(code) && !code.startsWith('en') ? code : null;
}
