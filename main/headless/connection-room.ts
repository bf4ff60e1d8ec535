/**
 * Keeps room among the HTTP server's connections: when there are as many as allowed, a newcomer takes the place of one
 * that is worth least. So no number of idle connections keeps anybody from the dashboard, and the address that holds most
 * pays first. It also gives up a connection that asks much faster than it is answered. Told by startHttpServer.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { networkKey, plainAddress } from '../../daemons/runtime/net/ip-address.ts';
import type { ControlLimits } from '../core/limits.ts';
import type { PacedSocket } from './paced-socket.ts';

/** What a connection is doing; `known` is a request or WebSocket of somebody who is logged in. */
type Activity = 'silent' | 'idle' | 'asking' | 'known';

/** What the room needs of a connection. */
export type Connection = Pick<PacedSocket, 'remoteAddress' | 'destroyed' | 'destroy' | 'refuse' | 'once'>;

interface Place {
  readonly socket: Connection;
  /** The address, or /64 of IPv6, that answers for it. */
  readonly network: string;
  /** Requests that came and were not answered yet. */
  unanswered: number;
  activity: Activity;
  /** When that began, in milliseconds of `performance.now()`. */
  since: number;
}

/** The order in which places are taken away; one who has just come gets a moment to ask. */
function worthOf({ activity, since }: Place, now: number, graceMs: number): number | null {
  switch (activity) {
    case 'silent':
      return now - since >= graceMs ? 0 : 3;
    case 'idle':
      return 1;
    case 'asking':
      return 2;
    case 'known':
      return null;
  }
}

/** The connections of one server. */
export class ConnectionRoom {
  readonly #places = new Map<object, Place>();
  readonly #limits: ControlLimits;
  #entered = 0;
  #refused = 0;

  constructor(limits: ControlLimits) {
    this.#limits = limits;
  }

  /** Connections that have a place now, and how many have come and were refused or had to go for others so far. */
  get counts(): { readonly open: number; readonly entered: number; readonly refused: number } {
    return { open: this.#places.size, entered: this.#entered, refused: this.#refused };
  }

  /**
   * Counts a request in. False when it is not to be answered: its connection is gone, or has so many requests unanswered
   * (HTTP pipelining, which no browser does) that nothing more is read of it.
   */
  begin({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const place = this.#places.get(socket);
    if (place === undefined || socket.destroyed) return false;
    if (place.unanswered >= this.#limits.httpPipelined) {
      place.socket.refuse(this.#limits.httpRefusedMs);
      return false;
    }
    place.unanswered++;
    this.#change(socket, 'asking');
    response.once('close', () => {
      place.unanswered--;
      if (place.unanswered === 0) this.#change(socket, 'idle');
    });
    return true;
  }

  /** Somebody who is logged in uses this connection: nobody takes its place until it has been answered. */
  known(socket: object): void {
    this.#change(socket, 'known');
  }

  /** An upgrade was asked for. */
  asking(socket: object): void {
    this.#change(socket, 'asking');
  }

  /** The socket was handed to another process. */
  left(socket: object): void {
    this.#places.delete(socket);
  }

  /** Finds a place for a connection that has come; it is destroyed where there is none. */
  enter(socket: Connection): void {
    this.#entered++;
    if (this.#places.size >= this.#limits.httpConnections) {
      this.#refused++;
      const place = this.#leastWorthy();
      if (place === null) {
        socket.destroy();
        return;
      }
      this.#places.delete(place.socket);
      place.socket.destroy();
    }
    const network = networkKey(plainAddress(socket.remoteAddress ?? ''));
    this.#places.set(socket, {
      socket,
      network,
      unanswered: 0,
      activity: 'silent',
      since: performance.now(),
    });
    socket.once('close', () => this.#places.delete(socket));
  }

  #change(socket: object, activity: Activity): void {
    const place = this.#places.get(socket);
    if (place === undefined) return;
    place.activity = activity;
    place.since = performance.now();
  }

  /** Of the address, or /64 of IPv6, with most connections that can go: the least worthy, and of those the oldest. */
  #leastWorthy(): Place | null {
    const now = performance.now();
    const graceMs = this.#limits.silentGraceMs;
    const byNetwork = new Map<string, { count: number; place: Place; worth: number }>();
    for (const place of this.#places.values()) {
      const worth = worthOf(place, now, graceMs);
      if (worth === null) continue;
      const most = byNetwork.get(place.network);
      if (most === undefined) {
        byNetwork.set(place.network, { count: 1, place, worth });
        continue;
      }
      most.count++;
      if (worth < most.worth || (worth === most.worth && place.since < most.place.since)) {
        most.place = place;
        most.worth = worth;
      }
    }
    let chosen: { count: number; place: Place; worth: number } | null = null;
    for (const one of byNetwork.values()) {
      if (
        chosen === null ||
        one.count > chosen.count ||
        (one.count === chosen.count && one.worth < chosen.worth)
      ) {
        chosen = one;
      }
    }
    return chosen?.place ?? null;
  }
}
