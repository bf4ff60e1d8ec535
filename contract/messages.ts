/**
 * What the IRC server and the keeper of its messages say to each other: one line of JSON each way for every question. The keeper knows
 * of scopes, orders and times alone; what a message is, is text to it that the IRC server has written and reads again.
 */
import { z } from 'zod';

/** What is spoken at the endpoint of whoever keeps the messages. */
export const MESSAGES_PROTOCOL = 'messages';

/**
 * Characters of one line, in UTF-16 units: the longest is an answer of two hundred messages, each as long as one may be and all of
 * control characters, which take seven characters each in it.
 */
export const MESSAGES_LINE_CHARS = 16_777_216;

/** Changes in one batch. */
export const MOST_CHANGES = 1_000;

/** Messages in one answer. */
export const MOST_MESSAGES = 1_000;

/** Rows of those who may read, in one answer. */
export const MOST_READER_ROWS = 2_000;

/** Accounts in one answer: as many as may be asked for at once of whoever keeps accounts. */
export const MOST_ACCOUNTS = 256;

/** Scopes in one question about the latest messages. */
export const MOST_SCOPES = 1_000;

/** What a set of messages belongs to: `c` and the folded name of a channel, or `a` and that of an account. */
const scope = z
  .string()
  .regex(/^[ac]./)
  .max(600);
const text = z.string().max(600);
/** Grows with every message of a server, and never starts again. */
const order = z.int().nonnegative();
/** Unix milliseconds. */
const time = z.int();

/** One message, or something else that happened, in its place. */
const message = z.strictObject({
  order,
  /** When it was said, by the clock of whoever said so. */
  at: time,
  /** When it came. */
  kept: time,
  /** Whether it is something else than a message. */
  event: z.boolean(),
  /** Empty for none. */
  id: text,
  /** What it counts for. */
  bytes: z.int().positive(),
  /** As the IRC server reads it again. */
  data: z.string(),
});
/** See {@link message}. */
export type StoredMessage = z.output<typeof message>;

/** With whom it was, in private: the folded nick, and the folded account of who has one. */
const peer = z.strictObject({ nick: text, account: text.nullable() });
/** See {@link peer}. */
export type StoredPeer = z.output<typeof peer>;

const change = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('keep'), scope, message, peer: peer.nullable() }),
  /** A message was taken back. */
  z.strictObject({ do: z.literal('forget'), scope, id: text }),
  /** All of a scope, with who may read it. */
  z.strictObject({ do: z.literal('drop'), scope }),
  /** A scope is called otherwise; whatever had that name is dropped. */
  z.strictObject({ do: z.literal('rename'), scope, to: scope }),
  /** An account may read what comes after an order; the earliest that was said holds. */
  z.strictObject({ do: z.literal('reader'), scope, account: text, since: order }),
  z.strictObject({ do: z.literal('no reader'), scope, account: text }),
  /** How much of a scope is kept: messages, the latest, with whatever else happened since; and milliseconds. Null for as much as of any. */
  z.strictObject({
    do: z.literal('amount'),
    scope,
    messages: z.int().positive().nullable(),
    keepMs: z.int().positive().nullable(),
  }),
  /** An account has ended: what it has, and where it might read. */
  z.strictObject({ do: z.literal('end account'), account: text }),
  /** All scopes of channels or of accounts. */
  z.strictObject({ do: z.literal('clear'), kind: z.enum(['channels', 'accounts']) }),
]);
/** Something that is done to what is kept. */
export type StoreChange = z.output<typeof change>;

/** A place between messages: that of one, by its order and time, or a time by the clock of whoever said it. */
const place = z.union([z.strictObject({ order, at: time }), z.strictObject({ at: time })]);
/** See {@link place}. */
export type StoredPlace = z.output<typeof place>;

/** A place, or the message of an id. */
const mark = z.union([place, z.strictObject({ id: text })]);
/** See {@link mark}. */
export type StoredMark = z.output<typeof mark>;

/** What is asked for, as IRCv3 chathistory has it. */
const wanted = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['BEFORE', 'AFTER', 'AROUND']), mark }),
  z.strictObject({ kind: z.literal('LATEST'), mark: mark.nullable() }),
  z.strictObject({ kind: z.literal('BETWEEN'), mark, until: mark }),
]);
/** See {@link wanted}. */
export type StoredSelection = z.output<typeof wanted>;

/** Which part of a scope somebody may see. */
const part = {
  scope,
  /** Nothing up to this order. */
  after: order,
  /** Nothing from this order on. */
  before: order,
  /** Only messages, or everything that happened. */
  events: z.boolean(),
  /** In private: with whom. */
  peer: peer.nullable(),
};

/** A question and what is answered, by name. */
export const MESSAGE_QUESTIONS = {
  /** The first question on a link: how much is kept from here on. Answers the highest order that was ever written. */
  open: {
    args: z.strictObject({
      keepMs: z.int().positive(),
      scopeMessages: z.int().positive(),
      totalBytes: z.int().positive(),
    }),
    result: z.strictObject({ order }),
  },
  /**
   * Makes changes, all of them or none, and is answered when they are on the disk. A batch that was written already is not written
   * again: whoever got no answer asks anew.
   */
  write: {
    args: z.strictObject({
      /** Of the process that writes, and how many batches it has written before. */
      run: text,
      batch: z.int().nonnegative(),
      changes: z.array(change).max(MOST_CHANGES),
      /** Whether somebody waits until nothing of what was deleted so far is in any file: else that takes some seconds more. */
      clean: z.boolean(),
    }),
    result: z.strictObject({}),
  },
  /** Messages oldest first: as many as may be wanted of them, up to and with the one that goes beyond `bytes`. */
  read: {
    args: z.strictObject({
      ...part,
      wanted,
      messages: z.int().positive().max(MOST_MESSAGES),
      bytes: z.int().nonnegative(),
    }),
    result: z.union([
      z.strictObject({
        messages: z.array(message),
        /** What was asked by, as it was found. */
        marks: z.array(place).max(2),
      }),
      /** No such message, or none that may be seen. */
      z.strictObject({ unknown: text }),
    ]),
  },
  /**
   * Of each scope the time of its latest message; of an account that of each person, with the message, by what they were called then:
   * of those who were spoken with last, where that is more than an answer has room for.
   */
  latest: {
    args: z.strictObject({
      scopes: z.array(z.strictObject({ scope, after: order, before: order })).max(MOST_SCOPES),
    }),
    result: z.strictObject({
      found: z.array(z.strictObject({ scope, order, at: time, data: z.string(), peer: peer.nullable() })),
    }),
  },
  /** Folded accounts of which something is kept or that may read something, in their order, a page at a time; `*`, everybody, is none. */
  accounts: {
    args: z.strictObject({ after: text }),
    result: z.strictObject({ accounts: z.array(text).max(MOST_ACCOUNTS) }),
  },
  /** Scopes with who may read them, a page at a time: behind a scope and account that were answered last. */
  readers: {
    args: z.strictObject({ scope: z.string().max(600), account: text }),
    result: z.strictObject({
      /** `account` is empty in the row of a scope that nobody may read. */
      rows: z.array(z.strictObject({ scope, account: text, since: order })).max(MOST_READER_ROWS),
    }),
  },
} as const;

/** The name of a question. */
export type MessageQuestion = keyof typeof MESSAGE_QUESTIONS;
/** What is asked with it. */
export type MessageArgs<Name extends MessageQuestion> = z.output<(typeof MESSAGE_QUESTIONS)[Name]['args']>;
/** What is answered to it. */
export type MessageResult<Name extends MessageQuestion> = z.output<
  (typeof MESSAGE_QUESTIONS)[Name]['result']
>;
