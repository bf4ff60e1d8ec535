/** Who wants to be told when a nick comes and goes (IRCv3 monitor): the lists of all clients, by nick. */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from './local-client.ts';

/** Of nicks that nobody watches. */
const NOBODY: ReadonlySet<LocalClient> = new Set();

/** The lists of all clients of this server. */
export class MonitorLists {
  readonly #watchers = new Map<string, Set<LocalClient>>();
  #entries = 0;

  /** Who watches a nick. */
  of(nick: string): ReadonlySet<LocalClient> {
    // Of most servers: a netsplit folds no nick for nothing.
    if (this.#entries === 0) return NOBODY;
    return this.#watchers.get(fold(nick)) ?? NOBODY;
  }

  /** Puts a nick on the list of a client; false where that is full, or all lists together are. One that is there stays as it is. */
  add(client: LocalClient, nick: string): boolean {
    const key = fold(nick);
    client.monitored ??= new Map();
    if (client.monitored.has(key)) return true;
    if (client.monitored.size >= limits.monitorEntries.default) return false;
    if (this.#entries >= limits.monitorEntriesTotal.default) return false;
    client.monitored.set(key, nick);
    const watchers = this.#watchers.get(key);
    if (watchers === undefined) this.#watchers.set(key, new Set([client]));
    else watchers.add(client);
    this.#entries++;
    return true;
  }

  /** Takes a nick off the list of a client. */
  remove(client: LocalClient, nick: string): void {
    const key = fold(nick);
    if (client.monitored?.delete(key) === true) this.#forget(client, key);
  }

  /** Empties the list of a client. */
  clear(client: LocalClient): void {
    for (const key of client.monitored?.keys() ?? []) this.#forget(client, key);
    client.monitored = null;
  }

  #forget(client: LocalClient, key: string): void {
    const watchers = this.#watchers.get(key);
    watchers?.delete(client);
    if (watchers?.size === 0) this.#watchers.delete(key);
    this.#entries--;
  }
}
