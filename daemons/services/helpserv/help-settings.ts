/** What can be set of a help bot: each setting with what it is by default, what a word makes of it and who may change it. */
import { z } from 'zod';
import { isValidChannelName } from '../../irc/names.ts';
import { type Message, phrase, said } from '../bots/reply.ts';
import { durationText, readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { Role } from './roles.ts';

/** How pages are said on the channel that they go to. */
export const PAGE_TYPES = ['none', 'notice', 'privmsg', 'onotice'] as const;
/** Until when something lasts: until somebody leaves the channel, leaves the network, or it is closed. */
export const PERSISTENCES = ['part', 'quit', 'close'] as const;
/** Of what a helper is told about their requests; each with what stands before it. */
export const NOTIFICATIONS = ['none', 'reqdrop', 'userchanges', 'accountchanges'] as const;

const text = z.string().max(limits.helpTextBytes.default).nullable();
const seconds = z.number().int().min(0);

/** Everything that is set; what is missing is as by default. */
const settingsSchema = z.object({
  greeting: text.default(null),
  reqOpened: text.default(null),
  reqAssigned: text.default(null),
  reqClosed: text.default(null),
  pageTarget: z.string().nullable().default(null),
  pageType: z.enum(PAGE_TYPES).default('none'),
  alertPageTarget: z.string().nullable().default(null),
  alertPageType: z.enum(PAGE_TYPES).default('none'),
  statusPageTarget: z.string().nullable().default(null),
  statusPageType: z.enum(PAGE_TYPES).default('none'),
  whineDelay: seconds.default(0),
  whineInterval: seconds.default(0),
  emptyInterval: seconds.default(0),
  staleDelay: seconds.default(0),
  waitMost: seconds.default(0),
  idleMost: seconds.default(0),
  reqPersist: z.enum(PERSISTENCES).default('close'),
  helperPersist: z.enum(PERSISTENCES).default('close'),
  notification: z.enum(NOTIFICATIONS).default('userchanges'),
  reqMaxLen: z.number().int().min(1).default(limits.helpLines.default),
  privmsgOnly: z.boolean().default(false),
  reqOnJoin: z.boolean().default(false),
  autoVoice: z.boolean().default(false),
  autoDevoice: z.boolean().default(false),
});

/** What is set of a help bot. */
export type HelpSettings = Readonly<z.output<typeof settingsSchema>>;

/** What is set, as it is kept; what cannot be read is as by default. */
export function readSettings(json: string): HelpSettings {
  let kept: unknown;
  try {
    kept = JSON.parse(json);
  } catch {
    kept = {};
  }
  const whole = settingsSchema.safeParse(kept);
  return whole.success ? whole.data : settingsSchema.parse({});
}

/** A setting as people know it. */
export interface HelpSetting {
  /** Upper case. */
  readonly name: string;
  /** Who may change it. */
  readonly needs: Role;
  readonly help: string;
  show(settings: HelpSettings): string | Message;
  /** The settings with another value; a message where the value is none. */
  change(settings: HelpSettings, value: string): HelpSettings | Message;
}

type KeyOf<Value> = {
  [Key in keyof HelpSettings]: HelpSettings[Key] extends Value ? Key : never;
}[keyof HelpSettings];

/** Takes a value away. */
const NOTHING = '*';

function words(name: string, key: KeyOf<string | null>, help: string): HelpSetting {
  return {
    name,
    needs: 'owner',
    help,
    show: (settings) => (settings[key] as string | null) ?? phrase('nothing'),
    change(settings, value) {
      const most = limits.helpTextBytes.default;
      if (Buffer.byteLength(value) > most) return said`${name} has up to ${most} bytes.`;
      return { ...settings, [key]: value === NOTHING ? null : value };
    },
  };
}

function target(name: string, key: 'pageTarget' | 'alertPageTarget' | 'statusPageTarget', help: string) {
  return {
    name,
    // Where a bot talks besides its own channel is for operators to say.
    needs: 'oper',
    help,
    show: (settings) => settings[key] ?? phrase('nothing'),
    change(settings, value) {
      if (value !== NOTHING && !isValidChannelName(value, limits.channelBytes.default))
        return said`${name} is a channel, or ${NOTHING} for none.`;
      return { ...settings, [key]: value === NOTHING ? null : value };
    },
  } satisfies HelpSetting;
}

function choice(name: string, key: KeyOf<string>, values: readonly string[], help: string): HelpSetting {
  return {
    name,
    needs: 'owner',
    help,
    show: (settings) => settings[key],
    change(settings, value) {
      const found = values.find((one) => one === value.toLowerCase());
      return found === undefined
        ? said`${name} is one of ${values.join(', ')}.`
        : { ...settings, [key]: found };
    },
  };
}

function span(name: string, key: KeyOf<number>, help: string): HelpSetting {
  return {
    name,
    needs: 'owner',
    help,
    show: (settings) => (settings[key] === 0 ? phrase('off') : durationText(settings[key])),
    change(settings, value) {
      const found = readDuration(value);
      return found === null
        ? said`${name} is a time such as 10m or 1d12h, or 0 for off.`
        : { ...settings, [key]: found };
    },
  };
}

function toggle(name: string, key: KeyOf<boolean>, help: string): HelpSetting {
  return {
    name,
    needs: 'owner',
    help,
    show: (settings) => phrase(settings[key] ? 'on' : 'off'),
    change(settings, value) {
      const on = ON_OFF.get(value.toLowerCase());
      return on === undefined ? said`${name} is on or off.` : { ...settings, [key]: on };
    },
  };
}

const ON_OFF: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['yes', true],
  ['1', true],
  ['off', false],
  ['no', false],
  ['0', false],
]);

const REQMAXLEN: HelpSetting = {
  name: 'REQMAXLEN',
  needs: 'owner',
  help: 'Most lines of a request.',
  show: ({ reqMaxLen }) => String(reqMaxLen),
  change(settings, value) {
    const most = limits.helpLines.default;
    const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
    return number >= 1 && number <= most
      ? { ...settings, reqMaxLen: number }
      : said`REQMAXLEN is a number from 1 to ${most}.`;
  },
};

/** In the order in which SET shows them. */
export const HELP_SETTINGS: readonly HelpSetting[] = [
  target('PAGETARGET', 'pageTarget', 'Channel that PAGE goes to.'),
  choice('PAGETYPE', 'pageType', PAGE_TYPES, 'How PAGE is said there.'),
  target('ALERTPAGETARGET', 'alertPageTarget', 'Channel that hears of what nobody takes care of.'),
  choice('ALERTPAGETYPE', 'alertPageType', PAGE_TYPES, 'How that is said.'),
  target('STATUSPAGETARGET', 'statusPageTarget', 'Channel that hears of each request.'),
  choice('STATUSPAGETYPE', 'statusPageType', PAGE_TYPES, 'How that is said.'),
  words('GREETING', 'greeting', 'Said to whoever joins the channel.'),
  words('REQOPENED', 'reqOpened', 'Said to whoever opens a request.'),
  words('REQASSIGNED', 'reqAssigned', 'Said to them when somebody helps.'),
  words('REQCLOSED', 'reqClosed', 'Said to them when it is closed.'),
  span('WHINEDELAY', 'whineDelay', 'After this a request that waits is told of.'),
  span('WHINEINTERVAL', 'whineInterval', 'How often that is repeated.'),
  span('EMPTYINTERVAL', 'emptyInterval', 'How often it is told that nobody who helps is on the channel.'),
  span('STALEDELAY', 'staleDelay', 'After such a silence a new line of a request is told of.'),
  span('WAITMOST', 'waitMost', 'A request that nobody has picked up for so long is closed.'),
  span('IDLEMOST', 'idleMost', 'A request of which nothing was heard for so long is closed.'),
  choice('REQPERSIST', 'reqPersist', PERSISTENCES, 'Until when a request stays open.'),
  choice('HELPERPERSIST', 'helperPersist', PERSISTENCES, 'Until when a helper keeps a request.'),
  choice('NOTIFICATION', 'notification', NOTIFICATIONS, 'Of what helpers are told about their requests.'),
  REQMAXLEN,
  toggle('PRIVMSGONLY', 'privmsgOnly', 'Whether whoever asks is answered by messages, whatever they like.'),
  toggle('REQONJOIN', 'reqOnJoin', 'Whether joining the channel opens a request.'),
  toggle('AUTOVOICE', 'autoVoice', 'Whether whoever is helped gets voice on the channel.'),
  toggle('AUTODEVOICE', 'autoDevoice', 'Whether it is taken back when the request is closed.'),
];

/** Other names that people know some by. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['PAGE', 'PAGETYPE'],
  ['ALERTPAGE', 'ALERTPAGETYPE'],
  ['STATUSPAGE', 'STATUSPAGETYPE'],
  ['OPENREQ', 'REQOPENED'],
  ['ASSIGNREQ', 'REQASSIGNED'],
  ['CLOSEREQ', 'REQCLOSED'],
]);

export function findHelpSetting(word: string): HelpSetting | undefined {
  const name = word.toUpperCase();
  return HELP_SETTINGS.find((one) => one.name === (ALIASES.get(name) ?? name));
}
