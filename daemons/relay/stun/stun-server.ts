/**
 * Listens for STUN, over UDP beside each TCP listener of the protocol `stun`, and answers within what a source may ask. Owned by
 * relay-server.ts; connections over TCP come from its acceptor.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { SignalboxError } from '../../../contract/errors.ts';
import { KeyedRateLimiter } from '../../../kit/keyed-rate-limiter.ts';
import { type Rate, ratePerSecond, TokenBucket } from '../../../kit/token-bucket.ts';
import { networkKey, plainAddress } from '../../runtime/net/ip-address.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import type { Limits } from '../limits.ts';
import { stunAnswer, stunLength } from './stun-message.ts';

/** Largest request that is read: one with every attribute that clients send has a fraction of it. */
const MOST_REQUEST_BYTES = 548;

/** A place to listen at, with the real port. */
interface StunPlace {
  readonly host: string;
  readonly port: number;
}

/** The numbers in force. */
type StunLimits = Pick<
  Limits,
  'stun_burst' | 'stun_per_second' | 'stun_total_per_second' | 'stun_addresses' | 'handshake_seconds'
>;

export class StunServer {
  readonly counts = { requests: 0, answered: 0, limited: 0, refused: 0 };
  readonly #limits: StunLimits;
  readonly #banned: (address: string) => boolean;
  readonly #log: Pick<SubsystemLogger, 'error'>;
  readonly #sockets = new Map<string, UdpSocket>();
  readonly #connections = new Set<Socket>();
  #sources: KeyedRateLimiter;
  #most: number;
  #rate: Rate;
  #rateOf = '';
  #total: TokenBucket | null = null;

  /** @param banned whether nothing is answered to an address */
  constructor(limits: StunLimits, banned: (address: string) => boolean, log: Pick<SubsystemLogger, 'error'>) {
    this.#limits = limits;
    this.#banned = banned;
    this.#log = log;
    this.#most = limits.stun_addresses;
    this.#sources = new KeyedRateLimiter(this.#most);
    this.#rate = ratePerSecond(limits.stun_burst, limits.stun_per_second);
  }

  /** Sources that are remembered, requests answered and those that came too fast. */
  readonly instrument = (): Counts<'limiter'> => ({
    depth: this.#sources.size,
    capacity: this.#limits.stun_addresses,
    completed: this.counts.answered,
    rejected: this.counts.limited,
  });

  /**
   * Makes the UDP sockets those of the places.
   * @throws SignalboxError `address_in_use` or `init_failed`; the sockets that could be opened are
   */
  async listen(places: readonly StunPlace[]): Promise<void> {
    const wanted = new Map(places.map((place) => [`${place.host} ${place.port}`, place]));
    for (const [key, socket] of this.#sockets) {
      if (wanted.has(key)) continue;
      this.#sockets.delete(key);
      socket.close();
    }
    for (const [key, place] of wanted) if (!this.#sockets.has(key)) await this.#open(key, place);
  }

  /** Answers on a connection; it stays for as many requests as come in time. */
  accept(socket: Socket): void {
    this.#connections.add(socket);
    let held: Buffer = Buffer.alloc(0);
    socket.setTimeout(this.#limits.handshake_seconds * 1_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('end', () => socket.end());
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      for (let length = stunLength(held); length !== 0; length = stunLength(held)) {
        if (length < 0 || length > MOST_REQUEST_BYTES) {
          this.counts.refused++;
          socket.destroy();
          return;
        }
        if (held.length < length) return;
        const answer = this.#answer(
          held.subarray(0, length),
          plainAddress(socket.remoteAddress ?? ''),
          socket.remotePort ?? 0,
        );
        held = held.subarray(length);
        // Over TCP there is no reason to keep silent: who asks too fast, or does not read, is closed.
        if (answer === null || socket.writableLength > 0) {
          socket.destroy();
          return;
        }
        socket.write(answer);
      }
    });
  }

  /** Closes everything. Closing twice is fine. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    for (const socket of this.#connections) socket.destroy();
  }

  async #open(key: string, { host, port }: StunPlace): Promise<void> {
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', reuseAddr: false });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind({ address: host, port, exclusive: true }, () => {
          socket.off('error', reject);
          resolve();
        });
      });
    } catch (cause) {
      socket.close();
      const { code, message } = cause as NodeJS.ErrnoException;
      const inUse = code === 'EADDRINUSE';
      throw new SignalboxError(
        inUse ? 'address_in_use' : 'init_failed',
        `cannot listen for STUN on ${host} port ${port} over UDP: ${inUse ? 'another process does' : message}`,
        { cause },
      );
    }
    // Of single packets, such as those that could not be delivered.
    socket.on('error', (error) => this.#log.error('stun_failed', error.message));
    socket.on('message', (message, { address, port: from }) => {
      if (message.length > MOST_REQUEST_BYTES) {
        this.counts.refused++;
        return;
      }
      const answer = this.#answer(message, plainAddress(address), from);
      if (answer !== null) socket.send(answer, from, address, nothing);
    });
    this.#sockets.set(key, socket);
  }

  /** The answer, or null for none: to what is no request, too fast, banned, or over what all together may ask. */
  #answer(message: Buffer, address: string, port: number): Buffer | null {
    this.counts.requests++;
    const now = performance.now();
    if (this.#banned(address) || !this.#mayAnswer(address, now)) {
      this.counts.limited++;
      return null;
    }
    const answer = stunAnswer(message, address, port);
    if (answer === null) this.counts.refused++;
    else this.counts.answered++;
    return answer;
  }

  #mayAnswer(address: string, now: number): boolean {
    const { stun_burst, stun_per_second, stun_total_per_second, stun_addresses } = this.#limits;
    const rateOf = `${stun_burst} ${stun_per_second} ${stun_total_per_second}`;
    if (this.#total === null || rateOf !== this.#rateOf) {
      this.#rateOf = rateOf;
      this.#rate = ratePerSecond(stun_burst, stun_per_second);
      this.#total = new TokenBucket(ratePerSecond(stun_total_per_second, stun_total_per_second), now);
    }
    if (stun_addresses !== this.#most) {
      this.#most = stun_addresses;
      this.#sources = new KeyedRateLimiter(stun_addresses);
    }
    return this.#sources.take(networkKey(address), this.#rate, now) === 0 && this.#total.take(1, now);
  }
}

/** What could not be sent is asked for again. */
function nothing(): void {}
