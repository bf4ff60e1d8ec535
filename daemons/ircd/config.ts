/**
 * The `[ircd]` table of the configuration file: schema, defaults and the types that follow from them. The network
 * path brings its own keys; the manifest publishes the whole, main validates files with it.
 */
import { z } from 'zod';
import { filePath, lineText, lineWord, secret } from '../../contract/line-texts.ts';
import { isHostName, listenHost } from '../../contract/network-addresses.ts';
import { hasBrokenNetwork } from '../irc/address-mask.ts';
import { MAX_SERVER_NUMERIC } from '../irc/p10/numeric.ts';
import { limits as runtimeLimits } from '../runtime/limits.ts';
import { CLOAK_BYTES } from './cloak.ts';
import { limits } from './limits.ts';
import { cidr, dnsblSetting, netConfigShape } from './net/net-config.ts';
import { NOTICE_LETTERS, noticeLetters, USUAL_NOTICES } from './notice-kinds.ts';

/** What an operator block may allow. */
export const OPER_FLAGS = [
  'auspex',
  'chghost',
  'connect',
  'die',
  'dline',
  'eline',
  'gline',
  'globops',
  'jupe',
  'kill',
  'kline',
  'override',
  'rehash',
  'restart',
  'set',
  'shun',
  'spamfilter',
  'squit',
  'wallops',
] as const;

/** What members of channels may be beside operator and voiced, as `STATUS` names it. */
export const EXTRA_STATUS = ['owner', 'protected', 'halfop'] as const;

/** The form in which argon2 writes a hash (PHC string format): variant, version, costs, salt, hash. */
const ARGON2_HASH =
  /^\$argon2(?:id|i|d)(?:\$v=\d+)?\$m=\d{1,7},t=\d{1,4},p=\d{1,3}\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/;

function isPasswordHash(text: string): boolean {
  return ARGON2_HASH.test(text);
}

const HASH_HINT = 'expected an argon2id hash; make one with: npm run -s hash-password';

const passwordHash = secret(z.string().max(512).refine(isPasswordHash, { error: HASH_HINT }));

const oper = z.strictObject({
  name: lineWord({ max: 32 }).describe('First parameter of OPER.'),
  password_hash: passwordHash.describe('argon2id hash of the password.'),
  hosts: z
    .array(
      lineWord({ max: limits.maskBytes.default }).refine((mask) => !hasBrokenNetwork(mask), {
        error: 'expected a network with a length that it can have, such as *@10.0.0.0/8',
      }),
    )
    .min(1)
    .default(['*@*'])
    .describe('user@host masks of those who may use it; the host may be a network such as 10.0.0.0/8.'),
  flags: z
    .array(z.enum(OPER_FLAGS))
    .default(['auspex', 'dline', 'gline', 'globops', 'kill', 'kline', 'rehash', 'wallops'])
    .describe('What the operator may do; auspex sees addresses and hidden channels.'),
  title: lineText({ max: 128 }).default('is an IRC operator').describe('Shown in WHOIS.'),
  notices: z
    .string()
    .refine(isNoticeLetters, {
      error: `expected letters of kinds of notices, each once, out of ${noticeLetters(-1)}`,
    })
    .default(noticeLetters(USUAL_NOTICES))
    .describe(
      'The kinds of notices of the server that OPER and MODE +s choose, a letter each; empty for none.',
    ),
});

function isNoticeLetters(letters: string): boolean {
  return (
    new Set(letters).size === letters.length && [...letters].every((letter) => NOTICE_LETTERS.has(letter))
  );
}

const adminLine = lineText({ min: 0, max: 200 });

const admin = z.strictObject({
  location: adminLine.default('').describe('Where the server is.'),
  organisation: adminLine.default('').describe('Who runs it.'),
  email: adminLine.default('').describe('How to reach them.'),
});

const serverName = z
  .string()
  .max(63)
  .refine((name) => name.includes('.') && isHostName(name), {
    error: 'expected a server name with a dot, such as irc.example.net',
  });

/** About names as P10 has them; with anything else in it, it would fit no server. */
const serverMask = lineWord({ max: 63 }).refine((mask) => /^[a-z0-9_.*?-]+$/i.test(mask), {
  error: 'expected a mask of names of servers, such as *.example.net',
});

// Part of a token of RPL_ISUPPORT, where "=" and "\\" have a meaning.
const networkName = lineWord({ max: 32 }).refine((name) => !/[=\\]/.test(name), {
  error: 'expected a name without "=" and "\\"',
});

const webirc = z
  .strictObject({
    match: z.array(cidr).min(1).describe('Addresses and CIDR blocks that the gateway connects from.'),
    password: secret(lineWord({ max: limits.webircPasswordBytes.default }))
      .optional()
      .describe('First parameter of WEBIRC.'),
    password_file: filePath()
      .optional()
      .describe(
        'File whose first line is the password; a relative path begins in the folder `ircd` of the data directory.',
      ),
  })
  .refine((block) => (block.password === undefined) !== (block.password_file === undefined), {
    error: 'expected either password or password_file',
  });

/** Another server. */
const link = z
  .strictObject({
    name: serverName.describe('Name of the other server.'),
    host: listenHost().optional().describe('Where it is called; without it, it can only call.'),
    port: z.int().min(1).max(65_535).optional().describe('Port on which it takes servers.'),
    password: secret(lineWord({ max: limits.linkPasswordBytes.default }))
      .optional()
      .describe('What both say to each other.'),
    password_file: filePath()
      .optional()
      .describe(
        'File whose first line is the password; a relative path begins in the folder `ircd` of the data directory.',
      ),
    autoconnect: z
      .boolean()
      .default(false)
      .describe('Whether it is called by itself, again and again for as long as it is not linked.'),
    hub: z
      .array(serverMask)
      .optional()
      .describe('Masks of the servers that it may bring behind it, such as *.example.net; absent for none.'),
    tls: z.boolean().default(false).describe('Whether the link has to be encrypted, whoever calls.'),
    batch_ms: z
      .number()
      .min(0)
      .max(50)
      .default(runtimeLimits.linkBatchMs.default)
      .describe(
        'Longest that a line to it waits for further ones while more keep coming, so that they share a write, in milliseconds; 0 for never. Where nothing was written for a while nothing waits.',
      ),
    fingerprint: z
      .string()
      .refine((text) => /^[0-9a-f]{64}$/i.test(text.replaceAll(':', '')), {
        error: 'expected the SHA-256 fingerprint of a certificate: 64 digits of hex, with or without colons',
      })
      .optional()
      .describe(
        'SHA-256 fingerprint of the certificate that it has to show; without it, one that is called has to have a certificate that the system trusts.',
      ),
    kind: z
      .enum(['auto', 'signalbox', 'ircu', 'nefarious'])
      .default('auto')
      .describe('What it is; auto finds out whether it is Signalbox, and takes any other for ircu.'),
    halfops: z
      .boolean()
      .default(false)
      .describe(
        'Whether a Nefarious has halfops (its feature HALFOPS), which are told it then; without it none are told and none are taken from it.',
      ),
  })
  .refine((block) => (block.password === undefined) !== (block.password_file === undefined), {
    error: 'expected either password or password_file',
  })
  .refine((block) => (block.host === undefined) === (block.port === undefined), {
    error: 'expected host and port, or neither for a server that only calls',
  })
  .refine((block) => !block.halfops || block.kind === 'nefarious', {
    error:
      'halfops: expected kind = "nefarious" beside it; Signalboxes tell each other of halfops anyway, and ircu has none',
  })
  .refine((block) => !block.autoconnect || block.host !== undefined, {
    error: 'autoconnect: expected host and port beside it',
  })
  .refine((block) => block.fingerprint === undefined || block.tls, {
    error: 'fingerprint: expected tls = true beside it',
  });

const cloak = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether newcomers are seen with a host that hides their address (user mode x).'),
  key_file: filePath()
    .default('cloak.keys')
    .describe(
      'File with the keys, a line each in base64, the one in use first; it is made where there is none. A relative path begins in the folder `ircd` of the data directory.',
    ),
  suffix: z
    .string()
    .max(limits.hostBytes.default - CLOAK_BYTES)
    .refine(isHostName, { error: 'expected the end of a host name, such as users.example.net' })
    .default('cloak')
    .describe('What such hosts end in.'),
});

const sts = z.strictObject({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .describe('Port for IRC over TLS, to which clients go that came without TLS.'),
  duration_seconds: z
    .int()
    .min(0)
    .max(31_536_000)
    .default(2_592_000)
    .describe('How long clients use nothing but TLS after a visit over TLS; 0 makes them forget.'),
  preload: z.boolean().default(false).describe('Whether clients may come with this policy built in.'),
});

/** A name of a client-only tag without its `+`, one behind a `-`, or `*`. */
const DENIED_TAG = /^(?:\*|-?[a-z0-9][a-z0-9./-]*)$/i;

const deniedClientTags = z
  .array(
    lineWord({ max: 64 }).refine((item) => DENIED_TAG.test(item), {
      error: 'expected the name of a tag without its +',
    }),
  )
  .refine((items) => items.every((item, at) => (item === '*') === (at === 0 && items[0] === '*')), {
    error: '* has to be the first',
  })
  .refine((items) => items.slice(1).every((item) => item.startsWith('-') === (items[0] === '*')), {
    error: 'names have a - before them where * is the first, and none where it is not',
  })
  .refine((items) => items[0]?.startsWith('-') !== true, { error: 'a name with a - needs * before it' })
  .refine((items) => items.join(',').length <= limits.deniedTagsBytes.default, {
    error: `expected at most ${limits.deniedTagsBytes.default} bytes of names`,
  })
  .default([]);

const history = z
  .strictObject({
    keep_minutes: z
      .int()
      .min(0)
      .max(527_040)
      .default(0)
      .describe(
        'How long what is said is kept, on channels with the mode H and in private, for those who may read it (IRCv3 chathistory); 0 keeps nothing.',
      ),
    on_disk: z
      .boolean()
      .default(true)
      .describe(
        'Whether it is kept on disk as well, so that it outlives a restart and there is more of it; without, and where the server runs by itself, it is in memory alone.',
      ),
    new_channels: z
      .boolean()
      .default(false)
      .describe(
        'Whether channels that are made here begin with the mode H; their operators may take it off.',
      ),
    readers: z
      .enum(['present', 'members'])
      .default('present')
      .describe(
        'What those who are on a channel read of it: what was said while they were there, or until a lost connection came back, or everything that is kept.',
      ),
    operators_read: z
      .boolean()
      .default(false)
      .describe(
        'Whether operators of the host may read what is kept of channels, by the command read-history, which is written down; everybody who joins is told.',
      ),
    direct_messages: z
      .boolean()
      .default(false)
      .describe(
        'Whether private messages are kept for those of the two who have an account and are on this server; what is said to and by services never is.',
      ),
  })
  .refine((block) => block.keep_minutes > 0 || !(block.new_channels || block.direct_messages), {
    error: 'new_channels, direct_messages: expected keep_minutes above 0 beside them',
  });

const spam = z
  .strictObject({
    recent_minutes: z
      .int()
      .min(0)
      .max(60)
      .default(0)
      .describe(
        'How long what is said on channels, in topics and in reasons is kept in memory, so that a spam filter can be tried on it; 0 keeps nothing.',
      ),
    recent_private: z
      .boolean()
      .default(false)
      .describe(
        'Whether private messages are kept for it, too; nobody reads them, only whether a filter meets them.',
      ),
  })
  .refine((block) => block.recent_minutes > 0 || !block.recent_private, {
    error: 'recent_private: expected recent_minutes above 0 beside it',
  });

const penalty = z.strictObject({
  command: z
    .string()
    .regex(/^[A-Z]{1,20}$/, { error: 'expected the name of a command in capitals, such as LIST' })
    .describe('Name of the command.'),
  lines: z
    .int()
    .min(0)
    .max(limits.penaltyLines.default)
    .describe('Lines of flood allowance that it takes beside its own.'),
});

const accounts = z.strictObject({
  authority: z
    .enum(['embedded', 'services', 'none'])
    .default('embedded')
    .describe(
      'Who knows the accounts: the store of this instance, linked services, or nobody. While it is away nobody can log in.',
    ),
  services: serverName
    .nullable()
    .default(null)
    .describe(
      'With authority = "services": the linked server that clients log in with by SASL while no services of our own are there; absent: whichever says that it is services.',
    ),
  registration: z.enum(['open', 'closed']).default('open').describe('Whether clients may register accounts.'),
  nick_protection: z
    .enum(['off', 'rename', 'refuse'])
    .default('rename')
    .describe(
      'What happens to a stranger who takes a registered nick: nothing, another nick after a minute, or no such nick at all.',
    ),
  verify: z.enum(['none']).default('none').describe('How a new account is confirmed.'),
  before_connect: z
    .boolean()
    .default(true)
    .describe('Whether an account may be registered before the connection is complete.'),
  email_required: z.boolean().default(false).describe('Whether an e-mail address is needed to register.'),
  login_timelines: z
    .int()
    .min(0)
    .max(10_000)
    .default(limits.loginTimelines.default)
    .describe(
      'How many of the latest logins are kept with what each of their steps took; 0 keeps none and measures nothing.',
    ),
});

/** Schema of the whole table. Everything has a default. */
export const ircdConfigSchema = z.strictObject({
  server_name: serverName.default('irc.signalbox.local').describe('Name of this server.'),
  numeric: z
    .int()
    .min(1)
    .max(MAX_SERVER_NUMERIC)
    .default(1)
    .describe('Number of this server on its network, which no other server there has.'),
  network: networkName.default('Signalbox').describe('Name of the network.'),
  description: lineText({ min: 0, max: 200 })
    .default('Signalbox IRC server')
    .describe('Shown in WHOIS and LINKS.'),
  nick_length: z
    .int()
    .min(9)
    .max(limits.nickLength.default)
    .default(limits.nickLength.default)
    .describe(
      'Longest nick that clients may take. While a server of another make is on the network it is 15 everywhere; such a server is not linked while somebody has a longer one.',
    ),
  ...netConfigShape,
  password_hash: passwordHash
    .nullable()
    .default(null)
    .describe('argon2id hash of the password that clients must give; none lets everybody in.'),
  motd_file: filePath()
    .nullable()
    .default(null)
    .describe(
      'File with the message of the day; a relative path begins in the folder `ircd` of the data directory.',
    ),
  restore_minutes: z
    .int()
    .min(0)
    .max(10_080)
    .default(limits.restoreMinutes.default)
    .describe(
      'How long channels that a restart or a crash left without members are kept for those who were there; 0 keeps none.',
    ),
  webirc: z
    .array(webirc)
    .default([])
    .describe('Gateways, such as web chats, that say for whom they connect (WEBIRC).'),
  link: z
    .array(link)
    .default([])
    .refine((blocks) => new Set(blocks.map(({ name }) => name.toLowerCase())).size === blocks.length, {
      error: 'two blocks name the same server',
    })
    .describe('Servers that may be linked to this one.'),
  hidden_host: z
    .string()
    .max(limits.hostBytes.default - limits.nickLength.default - 1)
    .refine(isHostName, { error: 'expected the end of a host name, such as users.example.net' })
    .default('users.undernet.org')
    .describe(
      'What users of an ircu with +x and an account are seen with, behind the account: HIDDEN_HOST of the network.',
    ),
  cloak: cloak.prefault({}).describe('Hosts that hide addresses.'),
  shun_notice: z
    .boolean()
    .default(false)
    .describe('Whether clients under a shun are told that what they send is passed over.'),
  denied_client_tags: deniedClientTags.describe(
    'Client-only tags that are not passed on, such as typing; with * as the first all but those that follow with a - (ISUPPORT CLIENTTAGDENY).',
  ),
  channel_status: z
    .array(z.enum(EXTRA_STATUS))
    .default([])
    .describe(
      'What members of channels may be beside operator and voiced: owner (~, mode q), protected (&, mode a), halfop (%, mode h). The same on all servers of a network; ircu has none of them.',
    ),
  history: history.prefault({}).describe('What was said before, for clients that ask (IRCv3 chathistory).'),
  dnsbl: dnsblSetting,
  penalty: z
    .array(penalty)
    .default([])
    .refine((rows) => new Set(rows.map(({ command }) => command)).size === rows.length, {
      error: 'two rows name the same command',
    })
    .describe('What commands cost their sender beside their own line, instead of what they cost otherwise.'),
  spam: spam.prefault({}).describe('What is kept for trying spam filters.'),
  sts: sts.optional().describe('Strict transport security (IRCv3 sts); none is announced without it.'),
  accounts: accounts.prefault({}).describe('Accounts that clients log in to.'),
  admin: admin.prefault({}).describe('Answer to ADMIN.'),
  oper: z
    .array(oper)
    .default([])
    .refine((blocks) => new Set(blocks.map((block) => block.name)).size === blocks.length, {
      error: 'two operator blocks have the same name',
    })
    .describe('Operator blocks.'),
});

/** The parsed table. */
export type IrcdConfig = z.infer<typeof ircdConfigSchema>;
/** One operator block. */
export type OperBlock = IrcdConfig['oper'][number];
