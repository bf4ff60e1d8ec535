/** Devices that are told by web push, and what waits for them, as rows. Methods that change something are to be called within a turn of `WriteTurn`. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { StoredAccount } from '../../identity/store/account-store.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { type PushDevice, type PushTopic, readTopics } from './push-device.ts';

/** A device as it is kept. */
export interface StoredDevice extends PushDevice {
  readonly id: number;
  /** Unix milliseconds, as the others. */
  readonly added: number;
  readonly sent: number | null;
  readonly problem: string | null;
}

/** What a device is told. */
export interface PushMessage {
  readonly topic: PushTopic;
  readonly title: string;
  readonly body: string;
  /** When it was, Unix milliseconds. */
  readonly at: number;
}

/** Something that waits. */
export interface QueuedPush {
  readonly id: number;
  readonly device: number;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly topic: PushTopic;
  /** JSON. */
  readonly message: string;
  readonly queued: number;
  readonly tries: number;
}

type DeviceRow = Omit<StoredDevice, 'topics'> & { readonly topics: string };

const DEVICE = 'id, endpoint, p256dh, auth, topics, added, sent, problem';

export class PushStore {
  readonly #now: () => number;
  readonly #statements;

  /** @param now Unix milliseconds */
  constructor(database: Sqlite, now: () => number) {
    this.#now = now;
    const prepare = (sql: string) => database.prepare(sql);
    this.#statements = {
      of: prepare(`SELECT ${DEVICE} FROM push_devices WHERE account = ? ORDER BY id`),
      owner: prepare('SELECT account FROM push_devices WHERE endpoint = ?').pluck(),
      add: prepare(
        `INSERT INTO push_devices (account, endpoint, p256dh, auth, topics, added) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (endpoint) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth, topics = excluded.topics`,
      ),
      dropOf: prepare('DELETE FROM push_devices WHERE account = ? AND id = ?'),
      drop: prepare('DELETE FROM push_devices WHERE id = ?'),
      exists: prepare('SELECT 1 FROM push_devices WHERE id = ?').pluck(),
      list: prepare(
        `SELECT push_devices.id, name AS account, endpoint, topics, added AS addedAt, sent AS sentAt, problem,
            (SELECT count(*) FROM push_queue WHERE device = push_devices.id) AS waiting
          FROM push_devices JOIN accounts ON accounts.id = account ORDER BY accounts.key, push_devices.id LIMIT ?`,
      ),
      names: prepare(
        `SELECT DISTINCT nicks.key AS nick, accounts.name AS account FROM push_devices
          JOIN accounts ON accounts.id = push_devices.account JOIN nicks ON nicks.account = accounts.id
          WHERE instr(topics, 'highlight') > 0`,
      ),
      queue: prepare('INSERT INTO push_queue (device, topic, message, queued, due) VALUES (?, ?, ?, ?, ?)'),
      count: prepare('SELECT count(*) FROM push_queue').pluck(),
      due: prepare(
        `SELECT push_queue.id, device, endpoint, p256dh, auth, topic, message, queued, tries
          FROM push_queue JOIN push_devices ON push_devices.id = device WHERE due <= ? ORDER BY due LIMIT ?`,
      ),
      next: prepare('SELECT min(due) FROM push_queue').pluck(),
      later: prepare('UPDATE push_queue SET tries = tries + 1, due = ? WHERE id = ?'),
      done: prepare('DELETE FROM push_queue WHERE id = ?'),
      dropOld: prepare('DELETE FROM push_queue WHERE queued < ?'),
      sent: prepare('UPDATE push_devices SET sent = ?, problem = NULL WHERE id = ?'),
      problem: prepare('UPDATE push_devices SET problem = ? WHERE id = ?'),
    };
  }

  of({ id }: Pick<StoredAccount, 'id'>): StoredDevice[] {
    return (this.#statements.of.all(id) as DeviceRow[]).map(({ topics, ...row }) => ({
      ...row,
      topics: readTopics(topics) ?? [],
    }));
  }

  /** Keeps a device; one that is known has other keys and topics. @throws SignalboxError `conflict`, `limit_reached` */
  add({ id }: StoredAccount, { endpoint, p256dh, auth, topics }: PushDevice): void {
    const owner = this.#statements.owner.get(endpoint);
    if (owner !== undefined && owner !== id)
      throw new SignalboxError('conflict', 'Another account is told by that device: DELPUSH it there first.');
    const most = limits.pushDevicesPerAccount.default;
    if (owner === undefined && this.of({ id }).length >= most)
      throw new SignalboxError('limit_reached', `An account is told by up to ${most} devices.`);
    this.#statements.add.run(id, endpoint, p256dh, auth, topics.join(','), this.#now());
  }

  /** Drops what has waited for too long. */
  dropOld(ageMs: number): void {
    this.#statements.dropOld.run(this.#now() - ageMs);
  }

  /** False where it is none of the account's. */
  dropOf({ id }: StoredAccount, device: number): boolean {
    return this.#statements.dropOf.run(id, device).changes > 0;
  }

  drop(device: number): void {
    this.#statements.drop.run(device);
  }

  /** @throws SignalboxError `not_found` */
  assertThere(device: number): void {
    if (!this.exists(device))
      throw new SignalboxError('not_found', `There is no device ${device}: see push-devices.`);
  }

  exists(device: number): boolean {
    return this.#statements.exists.get(device) !== undefined;
  }

  list(limit: number) {
    return this.#statements.list.all(limit) as (Pick<DeviceRow, 'id' | 'endpoint' | 'topics' | 'problem'> & {
      readonly account: string;
      readonly addedAt: number;
      readonly sentAt: number | null;
      readonly waiting: number;
    })[];
  }

  /** The accounts that are told of highlights, by their folded nicks. */
  names(): Map<string, string> {
    const rows = this.#statements.names.all() as { readonly nick: string; readonly account: string }[];
    return new Map(rows.map(({ nick, account }) => [nick, account]));
  }

  get waiting(): number {
    return this.#statements.count.get() as number;
  }

  queue(device: number, message: PushMessage): void {
    const now = this.#now();
    this.#statements.queue.run(device, message.topic, JSON.stringify(message), now, now);
  }

  due(now: number, most: number): QueuedPush[] {
    return this.#statements.due.all(now, most) as QueuedPush[];
  }

  next(): number | null {
    return this.#statements.next.get() as number | null;
  }

  sent({ id, device }: QueuedPush): void {
    this.#statements.done.run(id);
    this.#statements.sent.run(this.#now(), device);
  }

  /** @param wait until it is tried again, in milliseconds; null gives it up */
  failed({ id, device }: QueuedPush, problem: string, wait: number | null): void {
    this.#statements.problem.run(problem, device);
    if (wait === null) this.#statements.done.run(id);
    else this.#statements.later.run(this.#now() + wait, id);
  }
}
