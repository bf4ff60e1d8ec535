/** METADATA: IRCv3 metadata (draft), in the form of draft/metadata-3: changes are told as 761 and 766. */

import { Rate, TokenBucket } from '../../../kit/token-bucket.ts';
import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { CMODE } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { WordLines } from '../../irc/word-lines.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { keyLine, nameOfDescribed, subscribedValues, tellMetadata } from '../actions/metadata.ts';
import { refusedAs, spamRefusal } from '../actions/spam.ts';
import { CAP } from '../client/capabilities.ts';
import { sendBatch } from '../client/reply-batch.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { type Described, isMetadataKey } from '../state/metadata.ts';
import type { User } from '../state/user.ts';
import { rest } from '../work-steps.ts';
import type { Command } from './command.ts';

/** The value of the capability. */
export const METADATA_VALUE = [
  'before-connect',
  `max-subs=${limits.metadataSubscriptions.default}`,
  `max-keys=${limits.metadataKeys.default}`,
  `max-value-bytes=${limits.metadataValueBytes.default}`,
].join(',');

/** How fast one client may change values. */
const CHANGES = new Rate({
  burst: limits.metadataChanges.default,
  tokens: 1,
  perMs: limits.metadataChangeMs.default,
});

export const metadata: Command = {
  name: 'METADATA',
  minParams: 2,
  phase: 'any',
  help: [
    'METADATA <nickname | channel | *> GET <key>... | LIST | SET <key> [:<value>] | CLEAR | SYNC',
    'Shows and sets what is said of a user or a channel by key; * is yourself.',
    'METADATA * SUB <key>... | UNSUB <key>... | SUBS',
    'Chooses the keys of which you are told.',
  ],
  steps(server, client, [target = '', subcommand = '', ...words]) {
    // "the batch capability which MUST be negotiated to use draft/metadata".
    if (!client.has(CAP.metadata) || !client.has(CAP.batch)) {
      if (client.user.registered) client.reply(N.ERR_UNKNOWNCOMMAND, 'METADATA');
      else client.reply(N.ERR_NOTREGISTERED);
      return null;
    }
    const run = SUBCOMMANDS[subcommand.toUpperCase()];
    if (run === undefined) {
      fail(
        client,
        'SUBCOMMAND_INVALID',
        replyParameter(subcommand),
        'Expected GET, LIST, SET, CLEAR, SUB, UNSUB, SUBS or SYNC',
      );
      return null;
    }
    const owner = ownerOf(server, client, target);
    if (owner === null) {
      fail(
        client,
        'INVALID_TARGET',
        replyParameter(target),
        'There is no such user or channel, or it is not for you to see',
      );
      return null;
    }
    return run(server, client, owner, words);
  },
};

type Run = (
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  words: readonly string[],
) => WorkSteps | null;

const SUBCOMMANDS: Readonly<Record<string, Run | undefined>> = {
  GET: get,
  LIST: list,
  SET: set,
  CLEAR: clear,
  SUB: subscribe,
  UNSUB: unsubscribe,
  SUBS: subscriptions,
  SYNC: sync,
};

/** Null for whom there is not, and for a channel that is hidden from who is not on it. */
function ownerOf({ state }: CommandServer, client: LocalClient, target: string): Described | null {
  // "Clients that have not completed connection registration MUST use * to target themselves".
  if (target === '*') return client.user;
  if (!client.user.registered) return null;
  if (!isChannelName(target)) return state.findUser(target) ?? null;
  const channel = state.findChannel(target);
  if (channel === undefined || !mayRead(client, channel)) return null;
  return channel;
}

function mayRead({ user, oper }: LocalClient, channel: Channel): boolean {
  if (user.memberships.has(channel) || oper?.flags.has('auspex') === true) return true;
  const closed = CMODE.secret | CMODE.private | CMODE.inviteOnly;
  return (channel.modes & closed) === 0 && channel.joinKey === null;
}

/** Whether the values of somebody are a client's to change: its own, and those of channels that it operates. */
function mayChange({ user }: LocalClient, owner: Described): boolean {
  return 'nick' in owner ? owner === user : user.memberships.get(owner)?.isOp === true;
}

function get(server: CommandServer, client: LocalClient, owner: Described, keys: readonly string[]): null {
  const values = server.metadata.of(owner);
  const lines = keys.map((key) =>
    isMetadataKey(key)
      ? line(client, owner, key, values.get(key))
      : `:${client.serverName} FAIL METADATA KEY_INVALID ${replyParameter(key)} :${KEY_PROBLEM}`,
  );
  sendBatch(client, batchOf(owner, client), lines);
  return null;
}

function list(server: CommandServer, client: LocalClient, owner: Described): null {
  const values = [...server.metadata.of(owner)];
  sendBatch(
    client,
    batchOf(owner, client),
    values.map(([key, value]) => line(client, owner, key, value)),
  );
  return null;
}

const KEY_PROBLEM = `Expected a key of a-z, 0-9 and _ . / - with at most ${limits.metadataKeyBytes.default} characters`;

function set(
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  [key = '', value]: readonly string[],
): WorkSteps | null {
  const target = shown(owner, client);
  if (!isKey(client, key)) return null;
  if (!mayChange(client, owner))
    fail(client, 'KEY_NO_PERMISSION', `${target} ${key}`, 'That is not yours to change');
  else if (value !== undefined && Buffer.byteLength(value) > limits.metadataValueBytes.default)
    fail(client, 'INVALID_VALUE', key, `A value has at most ${limits.metadataValueBytes.default} bytes`);
  else if (value === undefined && !server.metadata.of(owner).has(key))
    fail(client, 'KEY_NOT_SET', `${target} ${key}`, 'There is no such value');
  else if (!maySetNow(client, target, key) || isSpam(server, client, owner, key, value)) return null;
  else {
    if (!change(server, client, owner, key, value)) {
      fail(client, 'LIMIT_REACHED', target, 'There are as many values as there may be');
      return null;
    }
    return whenKept(server, client, owner, () => {
      client.send(line(client, owner, key, value));
      return client.user.registered ? tellMetadata(server, owner, key, client) : null;
    });
  }
  return null;
}

/** Sets a value or takes it away, and of a client's own also with its account; false, and nothing changed, where there is no room. */
function change(
  { metadata: all, accountMetadata }: CommandServer,
  client: LocalClient,
  owner: Described,
  key: string,
  value: string | undefined,
): boolean {
  const account = owner === client.user ? client.user.account : null;
  if (value === undefined) {
    all.delete(owner, key);
    if (account === null) return true;
    accountMetadata.delete(account, key);
    client.accountKeys?.delete(key);
    return true;
  }
  const before = all.of(owner).get(key);
  if (!all.set(owner, key, value)) return false;
  if (account === null) return true;
  if (accountMetadata.set(account, key, value)) {
    client.accountKeys ??= new Set();
    client.accountKeys.add(key);
    return true;
  }
  if (before === undefined) all.delete(owner, key);
  else all.set(owner, key, before);
  return false;
}

/** What is answered, and told, of an account is on disk. */
function whenKept(
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  answer: () => WorkSteps | null,
): WorkSteps | null {
  const { records } = server.accountMetadata;
  if (records === null || owner !== client.user || client.user.account === null) return answer();
  server.deferSteps(client, 'METADATA', records.written(), answer, () => {});
  return null;
}

/** Whether a spam filter keeps a value from being set, of which the client is told. */
function isSpam(
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  key: string,
  value = '',
): boolean {
  const place = owner === client.user ? '' : nameOfDescribed(owner);
  const spam = spamRefusal(server, client, 'metadata', place, value);
  if (spam !== null) fail(client, 'SPAM', `${shown(owner, client)} ${key}`, refusedAs(spam));
  return spam !== null;
}

/** "a positive integer indicating the minimum number of seconds the client should wait". */
function maySetNow(client: LocalClient, target: string, key: string): boolean {
  const now = Date.now();
  client.metadataChanges ??= new TokenBucket(CHANGES, now);
  if (client.metadataChanges.take(1, now)) return true;
  const seconds = Math.max(1, Math.ceil(client.metadataChanges.retryAfterMs(1) / 1_000));
  fail(client, 'RATE_LIMITED', `${target} ${key} ${seconds}`, 'You change values too fast');
  return false;
}

function clear(server: CommandServer, client: LocalClient, owner: Described): WorkSteps | null {
  const target = shown(owner, client);
  if (!mayChange(client, owner)) {
    fail(client, 'KEY_NO_PERMISSION', `${target} *`, 'That is not yours to change');
    return null;
  }
  const keys = [...server.metadata.of(owner).keys()];
  if (keys.length > 0 && !maySetNow(client, target, '*')) return null;
  for (const key of keys) change(server, client, owner, key, undefined);
  return whenKept(server, client, owner, () => cleared(server, client, owner, keys));
}

function* cleared(
  server: CommandServer,
  client: LocalClient,
  owner: Described,
  keys: readonly string[],
): WorkSteps {
  sendBatch(
    client,
    batchOf(owner, client),
    keys.map((key) => line(client, owner, key, undefined)),
  );
  if (!client.user.registered) return;
  for (const key of keys) yield* rest(tellMetadata(server, owner, key, client));
}

function subscribe(
  _server: CommandServer,
  client: LocalClient,
  owner: Described,
  keys: readonly string[],
): null {
  if (!isSelf(client, owner)) return null;
  const taken: string[] = [];
  client.subscriptions ??= new Set();
  for (const key of keys) {
    if (!isKey(client, key)) continue;
    // "the server does not process any further keys".
    if (!client.subscriptions.has(key) && client.subscriptions.size >= limits.metadataSubscriptions.default) {
      fail(client, 'TOO_MANY_SUBS', key, `You may subscribe to ${limits.metadataSubscriptions.default} keys`);
      break;
    }
    client.subscriptions.add(key);
    taken.push(key);
  }
  sendKeys(client, N.RPL_METADATASUBOK.code, taken, (body) => client.send(body));
  if (taken.length === 0) return null;
  // "the server may not be able to send the client all current metadata": it is there for the asking.
  for (const { name } of client.user.memberships.keys()) client.replyRaw(N.RPL_METADATASYNCLATER, name);
  return null;
}

function unsubscribe(
  _server: CommandServer,
  client: LocalClient,
  owner: Described,
  keys: readonly string[],
): null {
  if (!isSelf(client, owner)) return null;
  const gone: string[] = [];
  for (const key of keys) {
    if (!isKey(client, key)) continue;
    client.subscriptions?.delete(key);
    gone.push(key);
  }
  sendKeys(client, N.RPL_METADATAUNSUBOK.code, gone, (body) => client.send(body));
  return null;
}

function subscriptions(_server: CommandServer, client: LocalClient, owner: Described): null {
  if (!isSelf(client, owner)) return null;
  const lines: string[] = [];
  sendKeys(client, N.RPL_METADATASUBS.code, [...(client.subscriptions ?? [])], (body) => lines.push(body));
  sendBatch(client, 'metadata-subs', lines);
  return null;
}

function* sync(server: CommandServer, client: LocalClient, owner: Described): WorkSteps {
  const budget = new ReplyBudget(client, 'METADATA');
  const lines: string[] = [];
  let full = false;
  yield* subscribedValues(server, client, owner, (code, text) => {
    full ||= !budget.take(text);
    if (!full) lines.push(`:${client.serverName} ${code} ${client.target} ${text}`);
  });
  if (!client.user.gone) sendBatch(client, batchOf(owner, client), lines);
}

/** What a client is told that enters a channel; of a large one, and of more than one answer may have, only that there is something to ask for. */
export function* sendMetadataOf(server: CommandServer, client: LocalClient, channel: Channel): WorkSteps {
  if (client.subscriptions === null || client.subscriptions.size === 0 || !client.has(CAP.metadata)) return;
  if (channel.members.length > limits.metadataSyncMembers.default) {
    client.replyRaw(N.RPL_METADATASYNCLATER, channel.name);
    return;
  }
  let left = client.answerBytes;
  yield* subscribedValues(server, client, channel, (code, text) => {
    if (left < 0) return;
    const body = `:${client.serverName} ${code} ${client.target} ${text}`;
    left -= Buffer.byteLength(body);
    if (left >= 0) client.send(body);
    else client.replyRaw(N.RPL_METADATASYNCLATER, channel.name);
  });
}

/** "clients receive their current metadata [...] as part of the registration burst"; where there is none, an empty batch. */
export function sendOwnMetadata(server: CommandServer, client: LocalClient): void {
  if (client.has(CAP.metadata) && client.has(CAP.batch)) list(server, client, client.user);
}

/** What WHOIS says of somebody, to who knows what it is. */
export function whoisMetadata({ metadata: all }: CommandServer, client: LocalClient, user: User): void {
  if (!client.has(CAP.metadata)) return;
  for (const [key, value] of all.of(user)) client.reply(N.RPL_WHOISKEYVALUE, `${user.nick} ${key} *`, value);
}

/** Whether something may be said by a key; who names another is told. */
function isKey(client: LocalClient, key: string): boolean {
  if (isMetadataKey(key)) return true;
  fail(client, 'KEY_INVALID', replyParameter(key), KEY_PROBLEM);
  return false;
}

/** Only of itself a client says what it wants to hear. */
function isSelf(client: LocalClient, owner: Described): boolean {
  if (owner === client.user) return true;
  fail(client, 'INVALID_TARGET', nameOfDescribed(owner), 'Expected *, for yourself');
  return false;
}

function sendKeys(
  client: LocalClient,
  code: string,
  keys: readonly string[],
  send: (body: string) => void,
): void {
  const head = `:${client.serverName} ${code} ${client.target} `;
  const packer = new WordLines(MAX_LINE_BYTES - Buffer.byteLength(head), (words) => send(head + words));
  for (const key of keys) packer.add(key);
  packer.end();
}

/** Before registration nobody has a name yet. */
function shown(owner: Described, client: LocalClient): string {
  return owner === client.user ? client.target : nameOfDescribed(owner);
}

function batchOf(owner: Described, client: LocalClient): string {
  return `metadata ${shown(owner, client)}`;
}

function line(client: LocalClient, owner: Described, key: string, value: string | undefined): string {
  const [code, text] = keyLine(shown(owner, client), key, value);
  return `:${client.serverName} ${code} ${client.target} ${text}`;
}

function fail(client: LocalClient, code: string, context: string, text: string): void {
  client.fail('METADATA', code, context, text);
}
