/** Commands of help bots about requests, for those who help. */
import { isAccount, type Message, phrase, type Reply, said } from '../bots/reply.ts';
import { durationText, readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { HelpBot, HelpRequest } from './help-bot.ts';
import type { RequestLine, StoredRequest } from './help-store.ts';
import { accountNamed, type HelpRow, type HelpUse, type HelpWorld } from './help-world.ts';
import { isAtLeast } from './roles.ts';

export function requestCommands(world: HelpWorld): HelpRow[] {
  return [
    ...[list(world), next(world), pickUp(world), reassign(world), close(world), show(world)],
    ...[addNote(world), answer(world), page(world)],
  ];
}

/** How a request is named in a command. */
const REQUEST = '<number, nick or *account>';

const KINDS = ['unassigned', 'assigned', 'me', 'all'] as const;

function list(world: HelpWorld): HelpRow {
  return {
    name: 'LIST',
    role: 'trial',
    syntax: '[unassigned|assigned|me|all]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Lists open requests: those that nobody has picked up, those that somebody has, yours, or all.'],
    refusal: ({ words }) =>
      kindOf(words[0]) === undefined ? said`LIST takes one of ${KINDS.join(', ')}.` : null,
    run({ bot, account, words }) {
      const kind = kindOf(words[0])!;
      const now = world.now();
      const rows: string[][] = [];
      let found = 0;
      for (const request of requestsOf(bot, kind, account)) {
        if (kind === 'assigned' && request.helper === null) continue;
        found++;
        if (rows.length < limits.helpRows.default) rows.push(rowOf(request, now));
      }
      if (found === 0) return ['There are no such requests.'];
      const more = found - rows.length;
      return [
        { headings: ['Request', 'Nick', 'Account', 'Helper', 'Opened', 'Heard of'], rows },
        ...(more === 0 ? [] : [said`${more} more are not shown.`]),
      ];
    },
  };
}

function kindOf(word = 'unassigned') {
  return KINDS.find((one) => one === word.toLowerCase());
}

function requestsOf(bot: HelpBot, kind: (typeof KINDS)[number], account: string): Iterable<HelpRequest> {
  if (kind === 'me') return bot.requests.ofHelper(account);
  return kind === 'unassigned' ? bot.requests.unassigned() : bot.requests.all();
}

function rowOf({ number, nick, account, helper, opened, updated }: HelpRequest, now: number): string[] {
  const ago = (ms: number) => durationText((now - ms) / 1_000);
  return [String(number), nick, account ?? '-', helper ?? '-', ago(opened), ago(updated)];
}

function next(world: HelpWorld): HelpRow {
  return {
    name: 'NEXT',
    role: 'trial',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'gives you the request that has waited longest',
    help: ['Gives you the request that has waited longest.'],
    own: true,
    run: (use) => picked(world, use, null),
  };
}

function pickUp(world: HelpWorld): HelpRow {
  return {
    name: 'PICKUP',
    role: 'trial',
    syntax: REQUEST,
    least: 1,
    most: 1,
    effect: 'gives you a request',
    help: ['Gives you a request. Of one that somebody else has, a manager takes it over.'],
    own: true,
    run: (use) => {
      const request = requestIn(use);
      return request === undefined ? [noRequest(use.words[0]!)] : picked(world, use, request.number);
    },
  };
}

async function picked(world: HelpWorld, use: HelpUse, number: number | null): Promise<Reply[]> {
  const { bot, account, role } = use;
  const { request, before } = await world.desk.assign(bot, number, account, isAtLeast(role, 'manager'));
  const taken: Reply =
    before === null
      ? said`Request ${request.number} is yours.`
      : said`Request ${request.number} is yours; it was ${before}’s.`;
  return [taken, ...shownLines(world, bot, request.number)];
}

function reassign(world: HelpWorld): HelpRow {
  return {
    name: 'REASSIGN',
    role: 'manager',
    syntax: `${REQUEST} <nick or *account>`,
    least: 2,
    most: 2,
    effect: 'gives a request to somebody else who helps',
    help: ['Gives a request to somebody else who helps here.'],
    refusal: (use) => noRequestOf(use) ?? noHelper(world, use, 1),
    async run(use) {
      const request = requestIn(use);
      const to = accountNamed(world, use, use.words[1]!);
      if (request === undefined || !isAccount(to)) return ['That is there no more.'];
      await world.desk.assign(use.bot, request.number, to.name, true);
      return [said`Request ${request.number} is ${to.name}’s.`];
    },
  };
}

/** Why the word names nobody who helps. */
function noHelper(world: HelpWorld, use: HelpUse, at: number): Reply | null {
  const { bot, words } = use;
  const found = accountNamed(world, use, words[at]!);
  if (!isAccount(found)) return found;
  return bot.staffRole(found.name) === null ? said`${found.name} does not help here.` : null;
}

function close(world: HelpWorld): HelpRow {
  return {
    name: 'CLOSE',
    role: 'trial',
    syntax: `${REQUEST} or >age [why]`,
    least: 1,
    most: null,
    effect: 'closes a request, or all that are older',
    help: [
      'Closes a request of yours; a manager closes any. What stands behind it is kept with the request.',
      'CLOSE >2d closes all that were opened longer ago than that and that nobody has picked up, for managers.',
    ],
    refusal: (use) => {
      const word = use.words[0]!;
      if (!word.startsWith('>')) return noRequestOf(use);
      if (!isAtLeast(use.role, 'manager')) return 'Closing many at once is for a manager here, or above.';
      return readDuration(word.slice(1)) === null ? 'An age is a time such as >12h or >2d.' : null;
    },
    async run(use) {
      const { bot, account, role, words } = use;
      const reason = use.from(1).slice(0, limits.helpTextBytes.default);
      const word = words[0]!;
      if (word.startsWith('>')) {
        const before = world.now() - readDuration(word.slice(1))! * 1_000;
        const old: number[] = [];
        for (const { number, opened } of bot.requests.unassigned()) if (opened < before) old.push(number);
        const closed = await world.desk.closeMany(bot, old, account, reason);
        return [said`${closed} requests are closed.`];
      }
      const request = requestIn(use);
      if (request === undefined) return [noRequest(word)];
      const only = isAtLeast(role, 'manager') ? null : account;
      await world.desk.close(bot, request.number, account, reason, only);
      return [said`Request ${request.number} is closed.`];
    },
  };
}

function show(world: HelpWorld): HelpRow {
  return {
    name: 'SHOW',
    role: 'trial',
    syntax: REQUEST,
    least: 1,
    most: 1,
    effect: 'nothing',
    help: ['Shows a request with all its lines; by its number also one that was closed lately.'],
    run: (use) => {
      const number = requestIn(use)?.number ?? numberIn(use);
      return number === null ? [noRequest(use.words[0]!)] : shownLines(world, use.bot, number);
    },
  };
}

function numberIn({ words }: HelpUse): number | null {
  const digits = /^#?(\d{1,15})$/.exec(words[0] ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** A request with its lines; those of its notes that are not for whoever asked are left out for them. */
export function shownLines(
  { desk, now }: HelpWorld,
  { key }: HelpBot,
  number: number,
  forAsker = false,
): Reply[] {
  const request = desk.store.request(key, number);
  if (request === undefined) return [noRequest(String(number))];
  return [
    said`Request ${number} of ${request.nick} (${request.host}), ${accountOf(request)}`,
    said`Opened ${dateOf(request.opened)}, ${durationText((now() - request.opened) / 1_000)} ago`,
    helperOf(request),
    ...endOf(request),
    ...desk.store
      .lines(key, number)
      .filter(({ kind }) => !forAsker || kind !== 'note')
      .map(lineText),
  ];
}

function lineText({ at, kind, by, text }: RequestLine): Reply {
  if (kind === 'asked') return said`${timeOf(at)} ${text}`;
  return kind === 'note'
    ? said`${timeOf(at)} Note of ${by}: ${text}`
    : said`${timeOf(at)} ${by} answered: ${text}`;
}

function accountOf({ account }: StoredRequest): Message {
  return account === null ? phrase('not logged in') : said`account ${account}`;
}

function helperOf({ helper, assigned }: StoredRequest): Reply {
  if (helper === null) return 'Nobody has picked it up.';
  return said`Picked up by ${helper} on ${dateOf(assigned ?? 0)}`;
}

function endOf({ closed, closedBy, reason }: StoredRequest): Reply[] {
  if (closed === undefined || closed === null) return [];
  return [said`Closed by ${closedBy ?? ''} on ${dateOf(closed)}: ${reason ?? ''}`];
}

function addNote(world: HelpWorld): HelpRow {
  return {
    name: 'ADDNOTE',
    aliases: ['NOTE'],
    role: 'trial',
    syntax: `${REQUEST} <text>`,
    least: 2,
    most: null,
    effect: 'writes something down about a request, for those who help',
    help: ['Writes something down about a request. Those who help read it, and whoever asked does not.'],
    refusal: (use) => longText(use) ?? noRequestOf(use),
    async run(use) {
      const request = requestIn(use);
      if (request === undefined) return [noRequest(use.words[0]!)];
      await world.desk.note(use.bot, request.number, use.account, use.from(1));
      return [said`The note about request ${request.number} is kept.`];
    },
  };
}

function answer(world: HelpWorld): HelpRow {
  return {
    name: 'ANSWER',
    role: 'trial',
    syntax: `${REQUEST} <text>`,
    least: 2,
    most: null,
    effect: 'tells whoever asked something, which is kept with the request',
    help: ['Tells whoever asked something, in the name of the bot. It is kept with the request.'],
    refusal: (use) => longText(use) ?? noRequestOf(use),
    async run(use) {
      const request = requestIn(use);
      if (request === undefined) return [noRequest(use.words[0]!)];
      await world.desk.answer(use.bot, request.number, use.account, use.from(1));
      return [
        request.user === null
          ? said`Request ${request.number} is answered; ${request.nick} reads it when they are back.`
          : said`${request.user.nick} has your answer.`,
      ];
    },
  };
}

function longText(use: HelpUse): Reply | null {
  const most = limits.helpTextBytes.default;
  return Buffer.byteLength(use.from(1)) > most ? said`A text has up to ${most} bytes.` : null;
}

function page({ page: send }: HelpWorld): HelpRow {
  return {
    name: 'PAGE',
    role: 'trial',
    syntax: '<why>',
    least: 1,
    most: null,
    effect: 'calls others who help',
    help: ['Calls others who help, on the channel that SET PAGETARGET names.'],
    run: (use) => [
      send(use.bot, said`${use.user.nick} asks for help with helping: ${use.from(0)}`)
        ? 'The others are called.'
        : 'Pages go nowhere here: SET PAGETARGET and PAGETYPE say where.',
    ],
  };
}

function requestIn(use: HelpUse): HelpRequest | undefined {
  return use.bot.find(use.words[0] ?? '', use);
}

function noRequestOf(use: HelpUse): Reply | null {
  return requestIn(use) === undefined ? noRequest(use.words[0]!) : null;
}

function noRequest(word: string): Reply {
  return said`No request ${word.slice(0, 32)} is open.`;
}

function dateOf(ms: number): string {
  return new Date(ms).toUTCString();
}

/** Hour and minute of a line, as helpers write to each other. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
