/**
 * Web push: tells an account on its devices what happens while nobody who is logged in to it is on the network: its name on a channel
 * where it has access, an answer to its request for help, somebody who fails to log in as it. What is to be told is on the disk first, and
 * goes as mail does.
 */
import type { AccountNews } from '../../../contract/accounts.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { AccountStore, StoredAccount } from '../../identity/store/account-store.ts';
import type { WriteTurn } from '../../identity/store/write-turn.ts';
import { fold } from '../../irc/casemapping.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { ignores } from '../authserv/ignored.ts';
import type { Catalogues } from '../bots/catalogues.ts';
import { type Message, said } from '../bots/reply.ts';
import { messageText, PLAIN_STYLE } from '../bots/reply-lines.ts';
import { limits } from '../limits.ts';
import { DeliveryLoop, retryWaitMs } from '../mail/delivery-loop.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { type PushTopic, serverOf } from './push-device.ts';
import { type PushMessage, PushStore, type QueuedPush } from './push-store.ts';
import {
  makeVapidKeys,
  type PushOutcome,
  type PushSettings,
  type PushTransport,
  type VapidKeys,
  webPushTransport,
} from './push-transport.ts';

export interface PushDeskOptions {
  readonly database: Sqlite;
  readonly writes: WriteTurn;
  readonly clock: Clock;
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly catalogues: () => Catalogues;
  /** The network now; null while there is none. */
  readonly view: () => NetworkView | null;
  readonly log: (level: 'info' | 'warn', event: string, message: string) => void;
}

/** Name of the keys among the secrets of the database. */
const SECRET = 'push-vapid';
/** Words of a line that are looked at: nobody says a name behind so many. */
const MOST_WORDS = 100;
/** What a nick is made of, and nothing else. */
const NOT_OF_NICKS = /[^\w[\]\\`^{|}-]+/;

export class PushDesk {
  readonly devices: PushStore;
  /** Messages that a server has taken, that were given up, and devices that are no more. */
  sent = 0;
  failed = 0;
  gone = 0;
  readonly #options: PushDeskOptions;
  readonly #loop: DeliveryLoop<QueuedPush, PushOutcome>;
  readonly #keys;
  /** When something of a kind may be told again, monotonic milliseconds. */
  readonly #again = new Map<string, number>();
  #settings: PushSettings | null = null;
  #transport: PushTransport | null = null;
  #vapid: VapidKeys | null = null;
  /** Accounts by folded nick; null while it has to be read anew. */
  #names: ReadonlyMap<string, string> | null = null;

  constructor(options: PushDeskOptions) {
    const { database, clock } = options;
    this.#options = options;
    this.devices = new PushStore(database, () => clock.now());
    this.#keys = {
      get: database.prepare('SELECT data FROM secrets WHERE name = ?').pluck(),
      put: database.prepare('INSERT INTO secrets (name, data) VALUES (?, ?)'),
    };
    this.#loop = new DeliveryLoop({
      clock,
      atOnce: limits.pushesAtOnce.default,
      due: (now, most) => this.devices.due(now, most),
      next: () => this.devices.next(),
      deliver: (push) => this.#transport!.send(push),
      settle: (push, outcome) => this.#settle(push, outcome),
      unwritten: (push, error) =>
        options.log(
          'warn',
          'push_unwritten',
          `What became of a push to ${nameOf(push)} could not be written: ${String(error)}`,
        ),
      ended: () => this.kick(),
    });
  }

  /** What may be told by; null where nothing is pushed. */
  get settings(): PushSettings | null {
    return this.#settings;
  }

  /** By which a browser knows who sends; null where nothing is pushed. */
  get publicKey(): string | null {
    return this.#settings === null ? null : (this.#vapid?.publicKey ?? null);
  }

  get waiting(): number {
    return this.devices.waiting;
  }

  /**
   * Goes on with other settings; null for none, and what waits then waits on. Keys are made once, and kept: devices are bound to them.
   * @throws SignalboxError `unavailable` where they cannot be written
   */
  async configure(settings: PushSettings | null): Promise<void> {
    this.#transport?.close();
    this.#transport = null;
    this.#settings = settings;
    if (settings !== null) {
      this.#vapid ??= await this.#options.writes.write(() => this.#vapidKeys());
      // Others may have been set meanwhile.
      if (this.#settings !== settings) return;
      this.#transport = webPushTransport(settings, this.#vapid);
    }
    this.kick();
  }

  /** Sends what is due, and looks again when more is. */
  kick(): void {
    if (this.#loop.closed) return;
    if (this.#transport === null) this.#loop.pause();
    else this.#loop.kick();
  }

  close(): void {
    this.#loop.close();
    this.#transport?.close();
    this.#transport = null;
  }

  /** Forgets a device. @throws SignalboxError `not_found` */
  async drop(device: number): Promise<void> {
    await this.#options.writes.write(() => {
      this.devices.assertThere(device);
      this.devices.drop(device);
    });
    this.changed();
  }

  /** Devices, nicks or names of accounts are otherwise. */
  changed(): void {
    this.#names = null;
  }

  hear(news: AccountNews): void {
    if (news.kind === 'nick' || news.kind === 'ended') this.changed();
    if (news.kind === 'guessed')
      this.tell(news.account, 'login', '', [
        said`Login failed`,
        said`Somebody at ${news.address} failed to log in to your account ${news.account} (${news.count} failed so far).`,
      ]);
  }

  /** Somebody says something on a channel. @param hasAccess whether an account has access there */
  heard(user: ViewUser, channel: string, text: string, hasAccess: (account: string) => boolean): void {
    if (this.#settings === null) return;
    this.#names ??= this.devices.names();
    if (this.#names.size === 0) return;
    const told = new Set<string>();
    for (const word of text.split(NOT_OF_NICKS, MOST_WORDS)) {
      const account = this.#names.get(fold(word));
      if (account === undefined || told.has(account) || !hasAccess(account)) continue;
      told.add(account);
      if (!this.#isIgnored(account, user))
        this.tell(account, 'highlight', fold(channel), [said`${user.nick} on ${channel}`, said`${text}`]);
    }
  }

  /**
   * Tells an account something, unless somebody who is logged in to it is on the network.
   * @param about of the same it is told no more than once in a while
   */
  tell(account: string, topic: PushTopic, about: string, [title, body]: readonly [Message, Message]): void {
    const { store, view, clock } = this.#options;
    if (this.#settings === null || (view()?.loggedIn(account).size ?? 0) > 0) return;
    const found = store.find(account);
    if (found === undefined || found.suspended_reason !== null) return;
    const devices = this.devices.of(found).filter(({ topics }) => topics.includes(topic));
    if (devices.length === 0 || !this.#mayTell(`${found.id} ${topic} ${about}`)) return;
    const message = {
      topic,
      title: this.#text(found, title),
      body: this.#text(found, body),
      at: clock.now(),
    };
    void this.#queue(
      devices.map(({ id }) => id),
      message,
    );
  }

  async #queue(devices: readonly number[], message: PushMessage): Promise<void> {
    const { writes, log } = this.#options;
    try {
      const queued = await writes.write(() => {
        if (this.devices.waiting + devices.length > limits.pushesWaiting.default) return false;
        for (const device of devices) if (this.devices.exists(device)) this.devices.queue(device, message);
        return true;
      });
      if (queued) this.kick();
      else {
        this.failed += devices.length;
        log('warn', 'push_queue_full', `A push was given up: ${limits.pushesWaiting.default} wait already`);
      }
    } catch (error) {
      this.failed += devices.length;
      log('warn', 'push_unwritten', `A push could not be written: ${String(error)}`);
    }
  }

  #mayTell(key: string): boolean {
    const now = this.#options.clock.monotonic();
    const again = this.#again.get(key);
    if (again !== undefined && again > now) return false;
    // The oldest go first; whoever was told long ago may be told again.
    for (const [known, until] of this.#again) {
      if (until > now && this.#again.size < limits.pushesWaiting.default) break;
      this.#again.delete(known);
    }
    this.#again.set(key, now + limits.pushPauseMs.default);
    return true;
  }

  #isIgnored(account: string, { nick, username, host }: ViewUser): boolean {
    const { store, profiles } = this.#options;
    const found = store.find(account);
    return found === undefined || ignores(profiles.masks(found, 'ignores'), [`${nick}!${username}@${host}`]);
  }

  /** As its owner likes to read, and short enough. */
  #text(account: StoredAccount, message: Message): string {
    const { profiles, catalogues } = this.#options;
    const language = profiles.of(account).language ?? PLAIN_STYLE.language;
    const text = messageText(message, catalogues(), { ...PLAIN_STYLE, language }).replace(
      /\p{Cc}\d{0,2}/gu,
      '',
    );
    return [...text].slice(0, limits.pushCharacters.default).join('');
  }

  /** Within a turn of `WriteTurn`. */
  #vapidKeys(): VapidKeys {
    const kept = this.#keys.get.get(SECRET) as Buffer | undefined;
    if (kept !== undefined) return JSON.parse(kept.toString('utf8')) as VapidKeys;
    const made = makeVapidKeys();
    this.#keys.put.run(SECRET, Buffer.from(JSON.stringify(made)));
    return made;
  }

  async #settle(push: QueuedPush, outcome: PushOutcome): Promise<void> {
    const { writes, clock, log } = this.#options;
    if (outcome.kind === 'sent') {
      await writes.write(() => this.devices.sent(push));
      this.sent++;
      return;
    }
    if (outcome.kind === 'gone') {
      await writes.write(() => this.devices.drop(push.device));
      this.gone++;
      this.changed();
      log('info', 'push_device_gone', `The ${nameOf(push)} is there no more, and is forgotten`);
      return;
    }
    const wait = outcome.kind === 'later' ? Math.max(retryWaitMs(push.tries), outcome.wait ?? 0) : null;
    const late = wait !== null && clock.now() + wait > push.queued + limits.pushKeptSeconds.default * 1_000;
    const again = late ? null : wait;
    await writes.write(() => this.devices.failed(push, outcome.why, again));
    if (again === null) this.failed++;
    const what = again === null ? 'was given up' : `waits for ${Math.round(again / 1_000)} s`;
    log(
      'warn',
      again === null ? 'push_given_up' : 'push_delayed',
      `A push to ${nameOf(push)} ${what}: ${outcome.why}`,
    );
  }
}

/** A device without what would give it away. */
function nameOf({ device, endpoint }: QueuedPush): string {
  return `device ${device} at ${serverOf(endpoint)}`;
}
