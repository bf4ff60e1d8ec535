/** Commands of OpServ that look users and channels through: TRACE and CSEARCH. */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { wholeNumber } from '../authserv/settings.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { ViewChannel } from '../network/view-parts.ts';
import {
  CRITERIA,
  type Discriminator,
  isDiscriminator,
  OPTION_WORDS,
  readDiscriminator,
} from './discriminator.ts';
import type { OpServ } from './opserv.ts';
import { actorOf, operators } from './opserv-row.ts';
import { sliced } from './sliced.ts';
import { type Aim, aim, domainOf, strike, TRACE_ACTIONS, type TraceAction } from './trace.ts';
import { search } from './user-search.ts';

const LEVEL = 100;
const LOOKS = ['PRINT', 'COUNT', 'DOMAINS', 'PREVIEW'] as const;

export function traceCommands(opserv: OpServ): CommandRow[] {
  return [trace(opserv), channelSearch(opserv)];
}

function isAction(word: string): word is TraceAction {
  return Object.hasOwn(TRACE_ACTIONS, word);
}

/** Words of TRACE, read; a reply where that cannot be. */
function readTrace({ words }: Pick<CommandCall, 'words'>) {
  const verb = (words[0] ?? '').toUpperCase();
  const previews = verb === 'PREVIEW';
  const action = (previews ? words[1] : verb)?.toUpperCase() ?? '';
  const looks = LOOKS.some((one) => one === verb) && !previews;
  if (!looks && !isAction(action))
    return said`TRACE is ${[...LOOKS, ...Object.keys(TRACE_ACTIONS)].join(', ')}; PREVIEW stands before one that does something.`;
  const discriminator = readDiscriminator(words.slice(previews ? 2 : 1), limits.traceRows.default);
  return isDiscriminator(discriminator) ? { verb, action, looks, previews, discriminator } : discriminator;
}

type Trace = Exclude<ReturnType<typeof readTrace>, Reply>;

function isTrace(read: ReturnType<typeof readTrace>): read is Trace {
  return typeof read !== 'string' && 'verb' in read;
}

function trace(opserv: OpServ): CommandRow {
  return {
    name: 'TRACE',
    needs: operators(LEVEL),
    syntax: '<action> [criterion value]...',
    least: 1,
    most: null,
    effect: 'finds users, and may ban, silence or disconnect them',
    help: [
      'PRINT lists users who meet all criteria, COUNT counts them, DOMAINS counts where they come from.',
      `From level 600 on something is done to them: ${Object.entries(TRACE_ACTIONS)
        .map(([name, { effect }]) => `${name} ${effect}`)
        .join(', ')}; PREVIEW before that tells how many it would hit.`,
      `Criteria: ${[...CRITERIA].map(([name, { syntax }]) => `${name} ${syntax}`).join('; ')}.`,
      `Beside them: ${OPTION_WORDS}, which ends the line.`,
      'Services and whoever is above you are spared, and operators and trusted addresses unless ABUSE says otherwise.',
    ],
    recorded(call) {
      const read = readTrace(call);
      if (!isTrace(read) || read.looks || read.previews) return null;
      return { action: read.action, criteria: call.from(1).slice(0, limits.criteriaBytes.default) };
    },
    refusal(call) {
      const read = readTrace(call);
      if (!isTrace(read)) return read;
      if (read.looks) return null;
      const { level } = TRACE_ACTIONS[read.action as TraceAction];
      if (actorOf(opserv, call).level < level)
        return said`TRACE ${read.action} is for accounts of level ${level} and above.`;
      if (read.discriminator.tests.length === 0 && !read.previews)
        return said`TRACE ${read.action} needs a criterion: it would be done to everybody.`;
      return (read.action === 'NOTICE' || read.action === 'PRIVMSG') && read.discriminator.reason === null
        ? said`${read.action} needs a REASON, which is what they read.`
        : null;
    },
    async run(call) {
      const read = readTrace(call) as Trace;
      if (read.looks) return await looked(opserv, call, read);
      const action = read.action as TraceAction;
      const actor = actorOf(opserv, call);
      const aimed = await aim(opserv, action, read.discriminator, actor, () => call.stands);
      if (read.previews) return [saidAim(action, aimed)];
      const done = await strike(opserv, action, aimed, read.discriminator, actor);
      return [
        said`${aimed.met} users meet that; ${action} was done to ${done}, and ${aimed.met - done} were spared.`,
      ];
    },
  };
}

function saidAim(action: TraceAction, { met, hit, spared }: Aim): Reply {
  const { operator, above, trusted, service } = spared;
  return said`${met} users meet that. ${action} would hit ${hit.length}; spared are ${operator} operators or beside one, ${above} above you, ${trusted} trusted, ${service} services.`;
}

async function looked(opserv: OpServ, call: CommandCall, { verb, discriminator }: Trace): Promise<Reply[]> {
  const { view } = opserv;
  if (view === null) return ['There is no network.'];
  const goesOn = () => call.stands;
  const unlimited = { limit: Number.POSITIVE_INFINITY, goesOn };
  if (verb === 'COUNT')
    return [said`${await search(opserv.facts, view, discriminator, () => {}, unlimited)} users meet that.`];
  if (verb === 'DOMAINS') return await domains(opserv, discriminator, goesOn);
  const rows: string[][] = [];
  const met = await search(
    opserv.facts,
    view,
    discriminator,
    ({ nick, username, host, address, account }) => {
      if (rows.length < discriminator.limit) rows.push([nick, `${username}@${host}`, address, account ?? '']);
    },
    unlimited,
  );
  if (met === 0) return ['Nobody meets that.'];
  const left = met - rows.length;
  const table = { headings: ['Nick', 'Host', 'Address', 'Account'], rows };
  return [table, left === 0 ? said`${met} users meet that.` : said`${left} more meet that.`];
}

async function domains(
  opserv: OpServ,
  discriminator: Discriminator,
  goesOn: () => boolean,
): Promise<Reply[]> {
  const counts = new Map<string, number>();
  await search(
    opserv.facts,
    opserv.view!,
    discriminator,
    (user) => {
      const domain = domainOf(user, discriminator.depth);
      counts.set(domain, (counts.get(domain) ?? 0) + 1);
    },
    { limit: Number.POSITIVE_INFINITY, goesOn },
  );
  const rows = [...counts]
    .sort(([a, most], [b, other]) => other - most || (a < b ? -1 : 1))
    .slice(0, discriminator.limit)
    .map(([domain, count]) => [domain, String(count)]);
  return rows.length === 0 ? ['Nobody meets that.'] : [{ headings: ['From', 'Users'], rows }];
}

interface ChannelCriteria {
  readonly tests: readonly ((channel: ViewChannel, nowSeconds: number) => boolean)[];
  readonly limit: number;
}

const CHANNEL_CRITERIA =
  'NAME mask, TOPIC mask, USERS number or >number or <number, TIMESTAMP <age or >age, LIMIT rows';

function readChannelCriteria(words: readonly string[]): ChannelCriteria | Reply {
  const tests: ((channel: ViewChannel, nowSeconds: number) => boolean)[] = [];
  let limit: number = limits.csearchRows.default;
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]!.toUpperCase();
    const value = words[at + 1];
    if (value === undefined) return said`${name.slice(0, 32)} needs a value.`;
    if (name === 'NAME' || name === 'TOPIC') {
      const mask = compileMask(value);
      tests.push((channel) => mask.matches(fold(name === 'NAME' ? channel.name : channel.topic)));
    } else if (name === 'USERS') {
      const [, sign = '', digits = ''] = /^([<>]?)(.*)$/.exec(value)!;
      const wanted = wholeNumber(digits);
      if (Number.isNaN(wanted)) return 'USERS is a number, or one with < or > before it.';
      tests.push(({ members: { size } }) =>
        sign === '<' ? size < wanted : sign === '>' ? size > wanted : size >= wanted,
      );
    } else if (name === 'TIMESTAMP') {
      const age = readDuration(value.slice(1));
      if (age === null || !/^[<>]/.test(value)) return 'TIMESTAMP is given as <age or >age.';
      tests.push(({ createdSeconds }, now) =>
        value.startsWith('<') ? now - createdSeconds < age : now - createdSeconds > age,
      );
    } else if (name === 'LIMIT') {
      const number = wholeNumber(value);
      if (!(number >= 1 && number <= limits.traceRows.default))
        return said`LIMIT is a number from 1 to ${limits.traceRows.default}.`;
      limit = number;
    } else return said`There is no criterion ${name.slice(0, 32)}. There are ${CHANNEL_CRITERIA}.`;
  }
  return { tests, limit };
}

function isChannelCriteria(read: ChannelCriteria | Reply): read is ChannelCriteria {
  return typeof read !== 'string' && 'tests' in read;
}

function channelSearch(opserv: OpServ): CommandRow {
  return {
    name: 'CSEARCH',
    needs: operators(LEVEL),
    syntax: '<PRINT or COUNT> [criterion value]...',
    least: 1,
    most: null,
    effect: 'nothing',
    help: [
      'Finds channels that meet all criteria, and lists or counts them.',
      `Criteria: ${CHANNEL_CRITERIA}.`,
    ],
    refusal({ words }) {
      if (!['PRINT', 'COUNT'].includes(words[0]!.toUpperCase())) return 'CSEARCH is PRINT or COUNT.';
      const read = readChannelCriteria(words.slice(1));
      return isChannelCriteria(read) ? null : read;
    },
    async run(call) {
      const { tests, limit } = readChannelCriteria(call.words.slice(1)) as ChannelCriteria;
      const prints = call.words[0]!.toUpperCase() === 'PRINT';
      const { view } = opserv;
      if (view === null) return ['There is no network.'];
      const now = Math.floor(opserv.options.clock.now() / 1_000);
      const rows: string[][] = [];
      let total = 0;
      await sliced(
        opserv.options.clock,
        view.channels.values(),
        (channel) => {
          if (!tests.every((test) => test(channel, now))) return true;
          total++;
          if (prints && rows.length < limit)
            rows.push([channel.name, String(channel.members.size), modesText(channel), channel.topic]);
          return true;
        },
        () => call.stands,
      );
      if (total === 0) return ['No channel meets that.'];
      if (!prints) return [said`${total} channels meet that.`];
      const left = total - rows.length;
      const table = { headings: ['Channel', 'Users', 'Modes', 'Topic'], rows };
      return [table, left === 0 ? said`${total} channels meet that.` : said`${left} more meet that.`];
    },
  };
}

/** The modes of a channel as MODE shows them, without a key. */
export function modesText({ modes }: ViewChannel): string {
  const shown = [...modes].filter(([, argument]) => argument !== '').filter(([letter]) => letter !== 'k');
  return [`+${[...modes.keys()].join('')}`, ...shown.map(([, argument]) => argument)].join(' ');
}
