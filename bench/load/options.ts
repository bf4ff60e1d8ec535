/** What a load tool can be told on its command line: one table a tool, from which words are read and help is written. Used by main.ts. */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { SignalboxError } from '../../contract/errors.ts';

/** A number that may be given, and within which bounds: a load that has none would be an attack. */
export interface NumberOption {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly help: string;
}

/** One tool. */
export interface ToolOptions {
  /** Whether its clients can come over WebSockets. */
  readonly webSockets: boolean;
  readonly summary: string;
  readonly measures: string;
  readonly numbers: Readonly<Record<string, NumberOption>>;
}

const CLIENTS = 20_000;
const SECONDS: NumberOption = { usual: 5, least: 1, most: 600, help: 'how long is measured' };
const WARMUP: NumberOption = { usual: 1, least: 0, most: 60, help: 'seconds of load before that' };
const CONCURRENCY: NumberOption = {
  usual: 100,
  least: 1,
  most: 1_000,
  help: 'how many connect at a time',
};
const clients = (usual: number, least: number, most = CLIENTS): NumberOption => ({
  ...{ usual, least, most },
  help: 'how many connections',
});
const channels = (usual: number): NumberOption => ({
  ...{ usual, least: 1, most: 1_000 },
  help: 'how many channels they share evenly; at least two in each',
});

/** All of them, by name. */
export const TOOLS = {
  connect: {
    webSockets: true,
    summary: 'clients connect, register, and stay until the last is in',
    measures: 'ms from the connection to 001',
    numbers: { clients: clients(500, 1), concurrency: CONCURRENCY },
  },
  throughput: {
    webSockets: true,
    summary: 'clients in channels keep messages under way, as fast as it goes',
    measures: 'deliveries/s, by tenths of a second',
    numbers: {
      clients: clients(100, 2),
      channels: channels(1),
      senders: {
        ...{ usual: 0, least: 0, most: 1 },
        help: 'how many of a channel speak: 0 for all of them, or 1',
      },
      window: { usual: 8, least: 1, most: 64, help: 'messages under way of each that speaks' },
      seconds: SECONDS,
      warmup: WARMUP,
      concurrency: CONCURRENCY,
    },
  },
  mixed: {
    webSockets: true,
    summary: 'clients do what people do: they speak, join, leave, look each other up, change nicks',
    measures: 'ms from when a command was due to its answer, by kind of command',
    numbers: {
      clients: clients(100, 2, 5_000),
      channels: channels(10),
      rate: { usual: 200, least: 1, most: 20_000, help: 'commands a second, of all together' },
      seconds: SECONDS,
      concurrency: CONCURRENCY,
    },
  },
  channel: {
    webSockets: true,
    summary: 'things happen in one large channel',
    measures: 'ms until a member has seen it, by what happened, and until the last has',
    numbers: {
      members: { usual: 500, least: 2, most: 5_000, help: 'how many look on' },
      rate: {
        ...{ usual: 10, least: 1, most: 100 },
        help: 'messages, topics, modes, joins and parts a second, in turn',
      },
      seconds: SECONDS,
      concurrency: CONCURRENCY,
    },
  },
  netsplit: {
    webSockets: false,
    summary: 'servers link over P10 with users, are split off, and come back',
    measures: 'ms until everybody was told of a split, and of its healing',
    numbers: {
      servers: { usual: 2, least: 1, most: 16, help: 'how many servers' },
      users: { usual: 1_000, least: 1, most: 50_000, help: 'users of each of them' },
      channels: { usual: 50, least: 1, most: 5_000, help: 'channels that each user is in one of' },
      watchers: {
        usual: 20,
        least: 1,
        most: 500,
        help: 'clients of the server that look on, in ten channels each',
      },
      rounds: { usual: 5, least: 1, most: 100, help: 'splits that count, behind one that does not' },
      'first-numeric': { usual: 3_000, least: 1, most: 4_080, help: 'numeric of the first server' },
      'link-port': {
        usual: 0,
        least: 0,
        most: 65_535,
        help: 'where --against takes servers; needed with it',
      },
    },
  },
} as const satisfies Readonly<Record<string, ToolOptions>>;

/** Name of a tool. */
export type ToolName = keyof typeof TOOLS;

/** Numbers of a tool, by option. */
export type NumbersOf<Name extends ToolName> = Readonly<
  Record<keyof (typeof TOOLS)[Name]['numbers'], number>
>;

/** A server that somebody named. */
export interface NamedServer {
  readonly host: string;
  readonly port: number;
}

/** What is to be done. */
export interface LoadRequest {
  readonly tool: ToolName;
  /** The server to load; null for one of our own, started for it. */
  readonly against: NamedServer | null;
  readonly tls: boolean;
  /** Whether any certificate will do. */
  readonly insecure: boolean;
  /** Where the result is written too; null for nowhere. */
  readonly json: string | null;
  /** Whether clients come over WebSockets. */
  readonly websocket: boolean;
  /** The page that they say they come from; null for none. */
  readonly origin: string | null;
  /** Where the password of the server is, which each client says first; null where it asks for none. */
  readonly passwordFile: string | null;
  /** Where the password of links is; null for one that is made up. */
  readonly linkPasswordFile: string | null;
  readonly numbers: Readonly<Record<string, number>>;
}

const bad = (message: string) => new SignalboxError('bad_request', message);

/** What is to be done, or whose help is asked for (`null`: that of all). @throws SignalboxError `bad_request` */
export function readLoad(
  words: readonly string[],
): { readonly request: LoadRequest } | { readonly help: ToolName | null } {
  const [name = '', ...rest] = words;
  const tool = Object.hasOwn(TOOLS, name) ? (name as ToolName) : null;
  if (words.length === 0 || name === '--help' || name === '-h') return { help: null };
  if (tool === null)
    throw bad(`There is no load "${name}". Expected one of ${Object.keys(TOOLS).join(', ')}.`);
  const table: Readonly<Record<string, NumberOption>> = TOOLS[tool].numbers;
  const values = parsed(tool, rest, Object.keys(table));
  if (values.help === true) return { help: tool };
  const text = (option: string) => (typeof values[option] === 'string' ? values[option] : null);
  const numbers = Object.fromEntries(
    Object.entries(table).map(([option, limits]) => [option, numberOf(option, text(option), limits)]),
  );
  const against = text('against');
  const request: LoadRequest = {
    tool,
    against: against === null ? null : serverOf(against),
    tls: values.tls === true,
    insecure: values.insecure === true,
    json: text('json'),
    websocket: values.websocket === true,
    origin: text('origin'),
    passwordFile: text('password-file'),
    linkPasswordFile: text('link-password-file'),
    numbers,
  };
  checkTogether(request);
  return { request };
}

function parsed(
  tool: ToolName,
  words: string[],
  numbers: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> {
  const { webSockets } = TOOLS[tool];
  const texts = ['against', 'json', 'password-file', ...(webSockets ? ['origin'] : []), ...numbers];
  if (tool === 'netsplit') texts.push('link-password-file');
  const flags = ['tls', 'insecure', 'help', ...(webSockets ? ['websocket'] : [])];
  try {
    return parseArgs({
      args: words,
      options: Object.fromEntries([
        ...texts.map((option) => [option, { type: 'string' as const }]),
        ...flags.map((option) => [option, { type: 'boolean' as const }]),
      ]),
    }).values as Record<string, string | boolean | undefined>;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw bad(`${why?.replace(/\.?$/, '.')} "npm run load -- ${tool} --help" lists what there is.`);
  }
}

function numberOf(option: string, text: string | null, { usual, least, most }: NumberOption): number {
  if (text === null) return usual;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw bad(`--${option} is "${text}". Expected a whole number from ${least} to ${most}.`);
}

/** `host:port`, with an IPv6 address in brackets. */
function serverOf(text: string): NamedServer {
  const match = /^(?:\[([^\]]*)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535 || (match[1] !== undefined && isIP(match[1]) !== 6))
    throw bad(`--against is "${text}". Expected HOST:PORT, such as irc.example.net:6667 or [::1]:6667.`);
  return { host: match[1] ?? match[2]!, port };
}

/** Lines a second that this one process can read without being what is measured. */
const MOST_SEEN = 100_000;

function checkTogether(request: LoadRequest): void {
  const { tool, against, tls, insecure, websocket, origin, linkPasswordFile, numbers } = request;
  const of = (option: string) => numbers[option] ?? 0;
  if (origin !== null && !websocket)
    throw bad('--origin is what clients over WebSockets name. Add --websocket, or leave it out.');
  if (origin !== null && !/^[\x21-\x7e]{1,255}$/.test(origin))
    throw bad('--origin is no origin. Expected what browsers write, such as https://chat.example.net.');
  if (insecure && !tls) throw bad('--insecure is about certificates. Add --tls, or leave it out.');
  if (tool !== 'netsplit' && of('channels') * 2 > of('clients') && tool !== 'connect' && tool !== 'channel')
    throw bad(
      `${of('clients')} clients cannot be two in each of ${of('channels')} channels. Raise --clients or lower --channels.`,
    );
  if (tool === 'channel' && of('members') * of('rate') > MOST_SEEN)
    throw bad(
      `${of('members')} members that see ${of('rate')} things a second are more than ${MOST_SEEN} lines. Lower --members or --rate.`,
    );
  if (tool !== 'netsplit') return;
  if (of('users') < of('channels'))
    throw bad(`${of('users')} users leave some of ${of('channels')} channels empty. Lower --channels.`);
  if (against === null && of('link-port') !== 0)
    throw bad('--link-port is that of a server named with --against. Add it, or leave the port out.');
  if (against !== null && (of('link-port') === 0 || linkPasswordFile === null))
    throw bad('A named server takes links with a password: give --link-port and --link-password-file.');
}
