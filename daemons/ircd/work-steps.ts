/**
 * How the protocol spreads work over turns: messages to many receivers, and the gates that keep their order. A message
 * that fits its slice is delivered at once and in order; one that does not closes the gate of its channel behind itself
 * and goes on in later turns, and whatever else concerns that channel waits there. Called by broadcast.ts and by command
 * handlers.
 */
import { countingWaits } from '../runtime/async/counting-waits.ts';
import type { WorkAccount } from '../runtime/async/work-account.ts';
import type { WorkGate } from '../runtime/async/work-gate.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import type { WorkSteps } from '../runtime/async/work-turns.ts';
import type { ServerHost } from './server-host.ts';
import type { Channel } from './state/channel.ts';
import type { MaskList } from './state/mask-list.ts';
import type { NetworkState } from './state/network.ts';
import type { User } from './state/user.ts';

/** Receivers between two looks at what was spent. */
const CHUNK = 64;
/** Masks between two looks at what was spent. */
const MASKS = 32;
/** Up to so many receivers a message is delivered in one go: about half a slice. */
export const SMALL_CROWD = 128;

const RECEIVER_NS = workPrices.receiver.ns;
const RECEIVER_BYTE_NS = workPrices.receiverByte.ns;
const SKIPPED_NS = workPrices.skipped.ns;

/** Steps that end with a value. */
export type StepsWith<Value> = Generator<WorkGate | null, Value, void>;

/** Something that can be delivered: a `Delivery`, or several forms of one message. */
export interface Message {
  /** Line without tags, for its length. */
  readonly body: string;
  /** Called before it goes on in a later tick. */
  renew(): void;
}

/** What is left of something that may have been done at once. */
export function* rest(steps: WorkSteps | null): WorkSteps {
  if (steps !== null) yield* steps;
}

/** Who gets a message; entries are what the crowd is an array of. */
export interface Audience<Entry> {
  readonly entries: readonly Entry[];
  /**
   * Sends to the entries from `from` up to `to`, but those that are left out. The loop is here, because a call that
   * cannot be inlined would cost each receiver a fifth of its delivery.
   */
  send(entries: readonly Entry[], from: number, to: number): void;
}

/** Charges one more receiver of each message, and what writing to those costs that had nothing to write before. */
function price(host: ServerHost, receivers: number, bytes: number, writesBefore: number): number {
  const writes = host.pendingWrites - writesBefore;
  return receivers * (RECEIVER_NS + bytes * RECEIVER_BYTE_NS) + writes * host.writeNs;
}

/** Delivers to a small crowd at once and charges it. */
export function deliverSmall<Entry>(host: ServerHost, audience: Audience<Entry>, message: Message): void {
  const { entries } = audience;
  const before = host.pendingWrites;
  audience.send(entries, 0, entries.length);
  host.work.spend(price(host, entries.length, message.body.length, before));
}

/**
 * Delivers to a crowd of any size. Between turns the crowd may change: the message goes to those who were in it when it
 * began.
 * @param gates closed while the message is on its way; opened by whoever calls, once everything that belongs to it is done.
 */
export function* deliver<Entry>(
  host: ServerHost,
  audience: Audience<Entry>,
  message: Message,
  gates: readonly WorkGate[],
): WorkSteps {
  const { work } = host;
  let { entries } = audience;
  let own = false;
  for (let i = 0; i < entries.length; ) {
    const before = host.pendingWrites;
    const from = i;
    i = Math.min(entries.length, from + CHUNK);
    audience.send(entries, from, i);
    const over = work.spend(price(host, i - from, message.body.length, before));
    if (!over || i === entries.length) continue;
    if (!own) {
      entries = entries.slice(i);
      own = true;
      i = 0;
    }
    for (const gate of gates) work.hold(gate);
    yield null;
    message.renew();
  }
}

/** Charges entries that were looked at; true when the slice is used up. */
export function spendSkipped(host: ServerHost, count: number): boolean {
  return host.work.spend(count * SKIPPED_NS);
}

/**
 * The channel of a name, once no message is on its way to it any more; its gate is left by the caller.
 * @param name asked again after each wait where it is a function
 */
export function* freeChannel(
  host: ServerHost,
  state: NetworkState,
  name: string | (() => string),
): StepsWith<Channel | undefined> {
  const find = () => state.findChannel(typeof name === 'string' ? name : name());
  for (;;) {
    const channel = find();
    if (channel === undefined || !host.work.mustWait(channel.gate)) return channel;
    yield channel.gate;
    if (find() !== channel) host.work.leave(channel.gate);
  }
}

/** Waits for the channel of a name and does something there; it may be gone by then. */
export function* onFreeChannel<Value>(
  { host, state }: { readonly host: ServerHost; readonly state: NetworkState },
  name: string,
  act: (channel: Channel) => StepsWith<Value>,
  gone: () => Value,
): StepsWith<Value> {
  const channel = yield* freeChannel(host, state, name);
  if (channel === undefined) return gone();
  try {
    return yield* act(channel);
  } finally {
    host.work.leave(channel.gate);
  }
}

/**
 * Waits until nothing is on its way to any channel of a user, for what concerns all of them (NICK, QUIT). Where it had to
 * wait the gates are closed, in one order for everybody, so that two who wait for each other's channels both come to an
 * end. Answers the gates, which the caller leaves.
 */
export function* freeChannelsOf(host: ServerHost, user: User): StepsWith<readonly WorkGate[]> {
  const { work } = host;
  const channels = [...user.memberships.keys()];
  if (channels.some(({ gate }) => work.mustWait(gate))) {
    channels.sort((a, b) => a.serial - b.serial);
    for (const { gate } of channels) {
      while (work.mustWait(gate)) yield gate;
      work.hold(gate);
    }
  }
  return channels.map(({ gate }) => gate);
}

/**
 * Whether a +b of the channel covers a user and no +e does, compared a few masks at a time. Where that takes several turns
 * the channel's gate is closed, so that the lists stay what they are.
 */
export function* isBanned(host: ServerHost, channel: Channel, user: User): StepsWith<boolean> {
  if (channel.bans.size === 0 || !(yield* covers(host, channel, channel.bans, user))) return false;
  return !(yield* covers(host, channel, channel.exceptions, user));
}

function* covers(host: ServerHost, channel: Channel, list: MaskList, user: User): StepsWith<boolean> {
  for (let from = 0; from < list.size; from += MASKS) {
    const over = host.work.spend(list.priceNs(from, from + MASKS));
    if (list.matches(user, from, from + MASKS)) return true;
    if (!over) continue;
    host.work.hold(channel.gate);
    yield null;
  }
  return false;
}

/** Does steps in turns for the server itself, and resolves with what they end with. Rejects with what they throw. */
export function inTurns<Value>(
  host: ServerHost,
  account: WorkAccount,
  steps: StepsWith<Value>,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const counted = countingWaits(steps, host.work.waitingWork());
    function* whole(): WorkSteps {
      try {
        resolve(yield* counted);
      } catch (error) {
        reject(error);
      }
    }
    host.work.runSteps(account, whole());
  });
}

/** Leaves gates that the job that runs may hold. */
export function leaveAll(host: ServerHost, gates: readonly WorkGate[]): void {
  for (const gate of gates) host.work.leave(gate);
}
