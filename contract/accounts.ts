/**
 * What the IRC server and whoever keeps the accounts of the network say to each other: one line of JSON each way for every
 * question. The daemon `accounts` answers at present; passwords travel only after both ends have proved themselves
 * (`peer-proof.ts` of the runtime).
 */
import { z } from 'zod';

/** What is spoken at the endpoint of whoever keeps the accounts. */
export const ACCOUNTS_PROTOCOL = 'accounts';

/** Characters of one line, in UTF-16 units: the longest answer is a list of accounts. */
export const ACCOUNTS_LINE_CHARS = 1_048_576;

/** The mechanisms of SASL that are known here, in the order in which they are offered. */
export const SASL_MECHANISMS = ['PLAIN', 'EXTERNAL', 'SCRAM-SHA-256'] as const;
/** Mechanisms that are there only while somebody else than the keeper knows passwords too; it says so by news. */
export const MORE_MECHANISMS = ['OAUTHBEARER'] as const;
/** One of {@link SASL_MECHANISMS} or {@link MORE_MECHANISMS}. */
export type SaslMechanism = (typeof SASL_MECHANISMS | typeof MORE_MECHANISMS)[number];

/** Characters of the name of an account, which is called like a nick. */
export const MOST_ACCOUNT_NAME = 30;

/** Accounts in one list. */
export const MOST_ROWS = 2_000;

/** Nicks in one question, or accounts. */
export const MOST_NICKS = 256;

/** Characters of a name, an address or a reason in a question; whoever answers may allow fewer. */
export const MOST_TEXT = 512;

/** Characters of a password in a question; whoever answers may allow fewer. */
export const MOST_PASSWORD = 1_024;

const name = z.string().min(1).max(64);
const text = z.string().max(MOST_TEXT);
const password = z.string().max(MOST_PASSWORD);
const time = z.number().int().nonnegative();

/** Where somebody is who wants to log in. */
const origin = z.strictObject({
  /** Textual address. */
  address: z.string().max(64),
  /** SHA-256 of the client's certificate in lower-case hex; null where it showed none. */
  fingerprint: z.string().max(128).nullable(),
});
/** See {@link origin}. */
export type LoginOrigin = z.output<typeof origin>;

const failures = z.strictObject({ count: z.number().int().positive(), address: text, time });

/** Somebody who has proved to own an account. */
const loggedIn = z.strictObject({
  account: name,
  /** Failed attempts on the account since its last login; null for none. */
  failures: failures.nullable(),
  /** Since when the account exists, Unix seconds; absent where that is not told. */
  since: time.optional(),
});
/** See {@link loggedIn}. */
export type LoggedIn = z.output<typeof loggedIn>;

/** Steps of one question that are told. */
export const MOST_LOGIN_STEPS = 32;

const milliseconds = z.number().nonnegative();
const loginStep = z.strictObject({
  /** What was done, without names or secrets. */
  what: z.string().max(64),
  /** When it began, after the question was taken up. */
  afterMs: milliseconds,
  /** Null for what takes no time. */
  tookMs: milliseconds.nullable(),
});
/** A step of a login at whoever keeps the accounts. */
export type LoginStep = z.output<typeof loginStep>;
const toldLogin = z.strictObject({
  /** When it began, Unix milliseconds. */
  at: time,
  /** `success`, or why not. */
  outcome: text,
  account: text.nullable(),
  /** Null while it is under way. */
  tookMs: milliseconds.nullable(),
  /** In the order in which they began. */
  steps: z.array(loginStep).max(MOST_LOGIN_STEPS),
});
/** A whole login that somebody else than the server of the client looked at. */
export type ToldLogin = z.output<typeof toldLogin>;
/** Told of a login that asked for its timeline. */
const steps = z.array(loginStep).max(MOST_LOGIN_STEPS).optional();

/** Why somebody is not let in. */
export const LOGIN_REFUSALS = [
  /** No such account, a wrong password or certificate: it is not said which. */
  'credentials',
  /** What the client sent is not what the mechanism says. */
  'malformed',
  'mechanism',
  'suspended',
  /** It may not be used from where the client is. */
  'host',
  /** As many clients as may be are logged in to it. */
  'max_logins',
  /** Too many attempts failed; try again after `retrySeconds`. */
  'throttled',
  /** Its owner has something to do first where the password is kept. */
  'incomplete',
  /** It cannot be checked now. */
  'unavailable',
] as const;

const refusal = z.strictObject({
  kind: z.literal('refused'),
  why: z.enum(LOGIN_REFUSALS),
  /** The account that was meant, where one was named; only for the log. */
  account: z.string().max(512).nullable(),
  retrySeconds: z.number().int().nonnegative(),
});

const saslAnswer = z.discriminatedUnion('kind', [
  /** Base64, without being cut; empty for an empty challenge. */
  z.strictObject({ kind: z.literal('challenge'), data: z.string(), steps }),
  z.strictObject({ kind: z.literal('success'), login: loggedIn, steps }),
  refusal.extend({ steps }),
]);
/** What came of one step of SASL. */
export type SaslAnswer = z.output<typeof saslAnswer>;

const loginAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('success'), login: loggedIn }),
  refusal,
]);
/** What came of logging in by a password alone. */
export type LoginAnswer = z.output<typeof loginAnswer>;

const passwordAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done') }),
  z.strictObject({
    kind: z.literal('refused'),
    /** `pending`: it was begun, and is done by itself when whoever else keeps accounts answers again. */
    why: z.enum([...LOGIN_REFUSALS, 'weak', 'bad_password', 'pending']),
    retrySeconds: z.number().int().nonnegative(),
  }),
]);
/** What came of taking another password; `credentials`: the old one is not the account's. */
export type PasswordAnswer = z.output<typeof passwordAnswer>;

const registerAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('success'), login: loggedIn }),
  /** The account is there, and can be used when its owner has confirmed it by the code that a mail brings. */
  z.strictObject({ kind: z.literal('unconfirmed'), account: name }),
  z.strictObject({
    kind: z.literal('refused'),
    why: z.enum([
      'exists',
      'bad_name',
      'weak',
      'bad_password',
      'bad_email',
      'throttled',
      'full',
      'unavailable',
      /** It was begun, and is done by itself when whoever else keeps accounts answers again. */
      'pending',
    ]),
    retrySeconds: z.number().int().nonnegative(),
  }),
]);
/** What came of a registration. */
export type RegisterAnswer = z.output<typeof registerAnswer>;

const accountRow = z.strictObject({
  account: name,
  createdAt: time,
  lastLogin: time.nullable(),
  email: z.string().nullable(),
  suspended: z.boolean(),
  nicks: z.number().int(),
  certificates: z.number().int(),
  failures: z.number().int(),
});
/** An account in a list. */
export type AccountRow = z.output<typeof accountRow>;

const accountDetails = accountRow.extend({
  suspendedReason: z.string().nullable(),
  suspendedBy: z.string().nullable(),
  suspendedAt: time.nullable(),
  nickList: z.array(z.string()),
  fingerprints: z.array(z.string()),
  lastFailureFrom: z.string().nullable(),
  lastFailureAt: time.nullable(),
});
/** Everything about an account but its credentials. */
export type AccountDetails = z.output<typeof accountDetails>;

const guesser = z.strictObject({
  kind: z.enum(['account', 'address']),
  who: z.string(),
  failures: z.number().int(),
  /** How long the next attempt is refused, in seconds. */
  waitSeconds: z.number().int(),
  lastAt: time,
});
/** Whom attempts to log in have failed for. */
export type Guesser = z.output<typeof guesser>;

/** What somebody has on a channel that belongs to another account. */
export const CHANNEL_LEVELS = ['op', 'voice'] as const;
/** One of {@link CHANNEL_LEVELS}. */
export type ChannelLevel = (typeof CHANNEL_LEVELS)[number];

const channelName = z.string().min(1).max(64);
const channelAccess = z.strictObject({ account: name, level: z.enum(CHANNEL_LEVELS) });
/** One entry of the access list of a channel. */
export type ChannelAccess = z.output<typeof channelAccess>;

const channelRegistration = z.strictObject({
  channel: channelName,
  /** The account that it belongs to. */
  founder: name,
  /** Since when the channel is, which linked servers compare. */
  createdAt: time,
  registeredAt: time,
  access: z.array(channelAccess),
  /** True where its founder has no status by coming in; not said where they have. */
  founderIsQuiet: z.literal(true).optional(),
});
/** A channel that belongs to an account. */
export type ChannelRegistration = z.output<typeof channelRegistration>;

/** What became of changing who owns a channel. */
export const CHANNEL_OUTCOMES = [
  'done',
  /** It belongs to somebody already. */
  'taken',
  /** No such channel belongs to anybody. */
  'not_found',
  /** It belongs to another account. */
  'not_founder',
  'no_account',
  /** The account is the founder already. */
  'founder',
  'no_access',
  /** As many as may be. */
  'full',
] as const;
/** One of {@link CHANNEL_OUTCOMES}. */
export type ChannelOutcome = (typeof CHANNEL_OUTCOMES)[number];
const channelOutcome = z.strictObject({ outcome: z.enum(CHANNEL_OUTCOMES) });

/** Who asks for a change of a channel: an account, which has to be its founder, or null for an administrator. */
const by = name.nullable();

/** Why nobody is logged in to an account any more. */
const ending = z.enum(['dropped', 'suspended']);

const named = z.strictObject({ account: name });
const nothing = z.strictObject({});

/** Every question: what is asked, and what an answer is made of. */
export const ACCOUNT_QUESTIONS = {
  /** Begins with a mechanism; an exchange of the same session that was under way is over. */
  saslStart: {
    args: z.strictObject({
      session: z.string().max(64),
      mechanism: z.string().max(64),
      origin,
      /** Has the answers tell what took how long: who it is that logs in, and since when they are connected, Unix milliseconds. */
      timeline: z.strictObject({ client: z.string().max(64), connectedAt: time }).optional(),
    }),
    result: saslAnswer,
  },
  /** Goes on with what the client sent, base64. */
  saslData: {
    args: z.strictObject({ session: z.string().max(64), data: z.string().max(16_384) }),
    result: saslAnswer,
  },
  saslAbort: { args: z.strictObject({ session: z.string().max(64) }), result: nothing },
  register: {
    args: z.strictObject({ account: text, password, email: text.nullable(), origin }),
    result: registerAnswer,
  },
  /** Confirms an account by the code that a mail brought, and logs in to it. */
  confirm: { args: z.strictObject({ account: text, code: text, origin }), result: loginAnswer },
  /** Logs in by password to the account that owns a nick. */
  identify: { args: z.strictObject({ nick: text, password, origin }), result: loginAnswer },
  /** The owner takes another password and proves the old one. */
  changePassword: {
    args: z.strictObject({ account: name, password, next: password, origin }),
    result: passwordAnswer,
  },
  /** Who owns each of some nicks, in their order; null where nobody does. */
  nickOwners: {
    args: z.strictObject({ nicks: z.array(text).max(MOST_NICKS) }),
    result: z.strictObject({ owners: z.array(name.nullable()) }),
  },
  /** Which of some accounts have ended, for whoever may not have been told: nobody stays logged in to those. */
  ended: {
    args: z.strictObject({ accounts: z.array(name).max(MOST_NICKS) }),
    result: z.strictObject({ ended: z.array(z.strictObject({ account: name, why: ending })) }),
  },
  /** Gives a nick to an account, or takes it away. */
  groupNick: {
    args: z.strictObject({ account: name, nick: text, add: z.boolean() }),
    result: z.strictObject({ outcome: z.enum(['done', 'taken', 'not_found', 'full']) }),
  },
  certificate: {
    args: z.strictObject({ account: name, fingerprint: text, add: z.boolean() }),
    result: z.strictObject({ outcome: z.enum(['done', 'taken', 'not_found', 'full', 'pending']) }),
  },
  list: {
    args: z.strictObject({ text, limit: z.number().int().min(1).max(MOST_ROWS) }),
    result: z.strictObject({ rows: z.array(accountRow), total: z.number().int() }),
  },
  show: { args: named, result: accountDetails },
  /** An administrator makes an account; `password` null has one made, which the answer shows. */
  create: {
    args: z.strictObject({ account: text, password: password.nullable(), email: text.nullable() }),
    result: z.strictObject({ account: name, password: z.string().nullable() }),
  },
  resetPassword: { args: named, result: z.strictObject({ account: name, password: z.string() }) },
  drop: { args: named, result: named },
  suspend: {
    args: z.strictObject({ account: name, by: text, reason: text.nullable() }),
    result: named,
  },
  /** Channels that belong to accounts, in pages: those behind `after`, a folded name; null as `next` at the end. */
  channels: {
    args: z.strictObject({ after: text }),
    result: z.strictObject({ rows: z.array(channelRegistration), next: text.nullable() }),
  },
  registerChannel: {
    args: z.strictObject({ channel: channelName, account: name, createdAt: time }),
    result: channelOutcome,
  },
  dropChannel: { args: z.strictObject({ channel: channelName, by }), result: channelOutcome },
  /** `level` null takes access away. */
  setChannelAccess: {
    args: z.strictObject({
      channel: channelName,
      by,
      account: name,
      level: z.enum(CHANNEL_LEVELS).nullable(),
    }),
    result: channelOutcome,
  },
  transferChannel: {
    args: z.strictObject({ channel: channelName, by, account: name }),
    result: channelOutcome,
  },
  /** The latest login of a client by a bot, which its server did not see; null where none is kept. */
  botLogin: { args: z.strictObject({ nick: text }), result: z.strictObject({ login: toldLogin.nullable() }) },
  guessers: { args: nothing, result: z.strictObject({ rows: z.array(guesser) }) },
  /** Forgets failures of an account or address; of all where `who` is empty. */
  resetGuessing: { args: z.strictObject({ who: text }), result: z.strictObject({ reset: z.number().int() }) },
} as const;

/** Name of a question. */
export type AccountQuestion = keyof typeof ACCOUNT_QUESTIONS;
/** What is asked. */
export type AccountArgs<Name extends AccountQuestion> = z.output<(typeof ACCOUNT_QUESTIONS)[Name]['args']>;
/** What is answered. */
export type AccountResult<Name extends AccountQuestion> = z.output<
  (typeof ACCOUNT_QUESTIONS)[Name]['result']
>;

/** Told without being asked. */
export const accountNewsSchema = z.discriminatedUnion('kind', [
  /** Whoever is logged in to it is so no longer: it was dropped, suspended or has another password. */
  z.strictObject({
    kind: z.literal('ended'),
    account: name,
    why: ending,
    reason: text,
  }),
  /** Somebody fails to log in to it; told at most every so often. */
  z.strictObject({ kind: z.literal('guessed'), account: name, count: z.number().int(), address: text }),
  /** A nick belongs to an account from now on, or no longer. */
  z.strictObject({ kind: z.literal('nick'), account: name, nick: text, owned: z.boolean() }),
  /** Which mechanisms there are beyond {@link SASL_MECHANISMS}. */
  z.strictObject({ kind: z.literal('mechanisms'), more: z.array(z.enum(MORE_MECHANISMS)) }),
  /** A channel belongs to an account, or its access list is another one. */
  z.strictObject({ kind: z.literal('channel'), registration: channelRegistration }),
  /** A channel belongs to nobody any more. */
  z.strictObject({ kind: z.literal('channelGone'), channel: channelName }),
]);
/** See {@link accountNewsSchema}. */
export type AccountNews = z.output<typeof accountNewsSchema>;
