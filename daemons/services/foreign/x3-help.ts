/** Help bots of X3, in the terms of these services. */
import { fold } from '../../irc/casemapping.ts';
import { isValidChannelName, isValidNick } from '../../irc/names.ts';
import { findHelpSetting, type HelpSettings, PAGE_TYPES, readSettings } from '../helpserv/help-settings.ts';
import { ALL_WEEKS, weekOf } from '../helpserv/help-store.ts';
import { ROLES, type StaffRole, staffRole } from '../helpserv/roles.ts';
import { limits } from '../limits.ts';
import { decoded, type LeftList } from './foreign-data.ts';
import type { ForeignFigures, ForeignHelpBot, ForeignHelper, ForeignRequest } from './foreign-help.ts';
import { PartChecks } from './part-checks.ts';
import { listIn, numberIn, objectIn, objectsIn, type SaxObject, textIn } from './saxdb.ts';
import { said, timeIn } from './x3-channels.ts';

/** Longest nick of a bot, whatever the network takes. */
const LONGEST_NICK = 30;
/** What SET takes, by what X3 calls it in its file. */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['command', 'PAGETYPE'],
  ['alert', 'ALERTPAGETYPE'],
  ['status', 'STATUSPAGETYPE'],
  ...(
    [
      'greeting',
      'reqopened',
      'reqassigned',
      'reqclosed',
      'whinedelay',
      'whineinterval',
      'emptyinterval',
    ] as const
  ).map((name) => [name, name.toUpperCase()] as const),
  ...(['staledelay', 'reqpersist', 'helperpersist', 'notification'] as const).map(
    (name) => [name, name.toUpperCase()] as const,
  ),
  ['req_maxlen', 'REQMAXLEN'],
  ['privmsg_only', 'PRIVMSGONLY'],
  ['req_on_join', 'REQONJOIN'],
  ['auto_voice', 'AUTOVOICE'],
  ['auto_devoice', 'AUTODEVOICE'],
];
/** Targets of pages, in the order of X3. */
const PAGE_TARGETS = ['PAGETARGET', 'ALERTPAGETARGET', 'STATUSPAGETARGET'] as const;
/** Texts, of which there are so many bytes at most. */
const TEXTS = new Set(['GREETING', 'REQOPENED', 'REQASSIGNED', 'REQCLOSED']);
/** What X3 keeps of weeks: this one, three before, and all together. */
const WEEKS = 4;

/** What is kept of a bot that has no place here. */
const NO_PLACE: readonly (readonly [string, string, string])[] = [
  ['idledelay', 'setting IDLEDELAY', 'nobody is told who idles on a help channel'],
  ['reqdropped', 'setting REQDROPPED', 'a request that is dropped is closed: REQCLOSED'],
];

interface Reading {
  /** Folded. */
  readonly accounts: ReadonlySet<string>;
  /** Folded nicks of bots that are there by themselves. */
  readonly taken: ReadonlySet<string>;
  readonly left: LeftList;
  readonly now: number;
  /** When X3 last turned the page of a week. */
  readonly turned: number;
}

export function readX3Help(section: SaxObject, reading: Omit<Reading, 'turned'>): ForeignHelpBot[] {
  const turned = timeIn(section, 'last_stats_update') ?? reading.now;
  const bots: ForeignHelpBot[] = [];
  const there = new Set<string>();
  for (const [bytes, record] of objectsIn(section, 'bots')) {
    const nick = decoded(bytes);
    const channel = said(record, 'help_channel') ?? '';
    const why = refusal(nick, channel, reading, there);
    if (why !== null) {
      reading.left.add('help bot', why, nick);
      continue;
    }
    there.add(fold(nick)).add(fold(channel));
    bots.push(botOf(nick, channel, record, { ...reading, turned }));
  }
  return bots;
}

function refusal(
  nick: string,
  channel: string,
  { taken }: Omit<Reading, 'turned'>,
  there: ReadonlySet<string>,
) {
  if (!isValidNick(nick, LONGEST_NICK)) return 'its nick is none';
  if (taken.has(fold(nick))) return 'another bot here is called so';
  if (!isValidChannelName(channel, limits.channelBytes.default)) return 'its channel is none';
  return there.has(fold(nick)) || there.has(fold(channel))
    ? 'there is one of its nick, or on its channel'
    : null;
}

function botOf(nick: string, channel: string, record: SaxObject, reading: Reading): ForeignHelpBot {
  const checks = new PartChecks(nick, reading.left);
  for (const [name, what, why] of NO_PLACE) if (record.has(name)) checks.lost(what, why, '');
  const requests = requestsOf(record, checks, reading);
  const last = numberIn(record, 'last_requestid') ?? 0;
  const until = timeIn(record, 'expiry');
  const isSuspended = (numberIn(record, 'suspended') ?? 0) !== 0 && (until === null || until > reading.now);
  return {
    nick,
    channel,
    registered: timeIn(record, 'registered') ?? reading.now,
    registrar: said(record, 'registrar') ?? 'X3',
    used: timeIn(record, 'last_active') ?? reading.now,
    nextNumber: Math.max(last, ...requests.map(({ number }) => number)) + 1,
    settings: settingsOf(record, checks),
    suspension: isSuspended
      ? { by: said(record, 'suspender') ?? 'X3', reason: said(record, 'reason') ?? 'suspended in X3', until }
      : null,
    staff: staffOf(record, checks, reading),
    requests,
  };
}

function settingsOf(record: SaxObject, checks: PartChecks): HelpSettings {
  let settings = readSettings('{}');
  const set = (name: string, value: string) => {
    const setting = findHelpSetting(name)!;
    const changed = setting.change(settings, value);
    if ('reqMaxLen' in Object(changed)) settings = changed as HelpSettings;
    else checks.lost(`setting ${name}`, 'it cannot be so here', value);
  };
  for (const [index, bytes] of listIn(record, 'page_dest').entries()) {
    const target = PAGE_TARGETS[index];
    if (target !== undefined && bytes !== '*') set(target, decoded(bytes));
  }
  for (const [name, setting] of SETTINGS) {
    const value = said(record, name);
    if (value === null) continue;
    const text = TEXTS.has(setting) ? checks.drawn(setting, value, limits.helpTextBytes.default) : value;
    if (text === null || (PAGE_TYPES.includes(text as 'none') && text === 'none')) continue;
    set(setting, setting === 'REQMAXLEN' ? capped(text, limits.helpLines.default) : text);
  }
  return settings;
}

/** A number of lines that is above what may be is what may be; none at all was any number in X3. */
function capped(text: string, most: number): string {
  const number = Number(text);
  return number >= 1 && number <= most ? text : String(most);
}

function staffOf(record: SaxObject, checks: PartChecks, { accounts, turned }: Reading): ForeignHelper[] {
  const most = limits.helpersPerBot.default;
  const staff: ForeignHelper[] = [];
  const people = objectsIn(record, 'users').map(([bytes, helper]) => ({
    account: decoded(bytes),
    helper,
    role: staffRole(textIn(helper, 'level') ?? ''),
  }));
  const rank = (role: StaffRole | null) => (role === null ? -1 : ROLES.indexOf(role));
  // The highest first, should there be more than may be.
  for (const { account, helper, role } of people.sort((one, other) => rank(other.role) - rank(one.role))) {
    if (role === null) checks.lost('helper', 'there is no such role', account);
    else if (!accounts.has(fold(account))) checks.lost('helper', 'its account does not come along', account);
    else if (staff.length >= most) checks.lost('helper', `a bot has up to ${most}`, account);
    else staff.push({ account, role, figures: figuresOf(objectIn(helper, 'stats'), turned) });
  }
  return staff;
}

function figuresOf(stats: SaxObject, turned: number): ForeignFigures[] {
  const lists = {
    pickedUp: numbersOf(stats, 'picked_up'),
    closed: numbersOf(stats, 'closed'),
    handedOn: numbersOf(stats, 'reassign_from'),
    takenOn: numbersOf(stats, 'reassign_to'),
    present: numbersOf(stats, 'time'),
  };
  const figures: ForeignFigures[] = [];
  for (let index = 0; index <= WEEKS; index++) {
    const of = (list: readonly number[]) => list[index] ?? 0;
    const week = index === WEEKS ? ALL_WEEKS : weekOf(turned) - index;
    const { pickedUp, closed, handedOn, takenOn, present } = lists;
    const row = {
      ...{ week, pickedUp: of(pickedUp), closed: of(closed), handedOn: of(handedOn) },
      ...{ takenOn: of(takenOn), present: of(present) },
    };
    if (Object.entries(row).some(([name, value]) => name !== 'week' && value > 0)) figures.push(row);
  }
  return figures;
}

/** Of five weeks; an older X3 kept two, without what they come to. */
function numbersOf(stats: SaxObject, name: string): number[] {
  const numbers = listIn(stats, name).map((text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0));
  const total = numbers.length > WEEKS ? (numbers[WEEKS] ?? 0) : numbers.reduce((sum, one) => sum + one, 0);
  return [...Array.from({ length: WEEKS }, (_, week) => numbers[week] ?? 0), total];
}

function requestsOf(record: SaxObject, checks: PartChecks, { accounts, now }: Reading): ForeignRequest[] {
  const most = limits.helpRequests.default;
  const requests: ForeignRequest[] = [];
  for (const [id, request] of objectsIn(record, 'requests')) {
    const account = said(request, 'handle');
    const number = /^\d{1,9}$/.test(id) ? Number(id) : 0;
    const helper = said(request, 'helper');
    if (account === null || !accounts.has(fold(account)) || number === 0)
      checks.lost('request', 'its account does not come along', `${id} ${account ?? ''}`.trim());
    else if (requests.length >= most) checks.lost('request', `up to ${most} are open at a bot`, id);
    else
      requests.push({
        number,
        account,
        helper: helper !== null && accounts.has(fold(helper)) ? helper : null,
        opened: timeIn(request, 'opened') ?? now,
        assigned: timeIn(request, 'assigned'),
        lines: linesOf(request, checks),
      });
  }
  return requests;
}

function linesOf(request: SaxObject, checks: PartChecks): string[] {
  return listIn(request, 'text')
    .slice(0, limits.helpLines.default)
    .map((line) => checks.drawn('line of a request', decoded(line), limits.replyBytes.default) ?? '')
    .filter((line) => line !== '');
}
