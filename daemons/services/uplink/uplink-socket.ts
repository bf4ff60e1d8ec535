/**
 * The socket of an uplink: its bytes become lines, and what is sent in a turn leaves in one write. A turn of the loop takes lines for
 * a bounded time; nothing more is read until they are worked off.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import { LINE_ROOM, lineRoom } from '../../irc/p10/line.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { LineBytes } from '../../runtime/net/line-bytes.ts';
import { LineWriter } from '../../runtime/net/line-writer.ts';
import { startReading, stopReading } from '../../runtime/net/read-stop.ts';
import { limits } from '../limits.ts';
import type { Uplink, UplinkTransport } from './uplink.ts';

/** Lines between two looks at the clock. */
const LINES_PER_LOOK = 32;

export class UplinkSocket implements UplinkTransport {
  readonly place: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #writer: LineWriter;
  readonly #lines = new LineBytes(LINE_ROOM);
  #uplink: Uplink | null = null;
  /** Whether lines wait for the next turn; nothing is read until there are none. */
  #waits = false;
  #problem = 'the connection was closed';
  readonly #goOn = () => this.#work();

  constructor(socket: Socket, place: string, clock: Clock) {
    this.#socket = socket;
    this.place = place;
    this.#clock = clock;
    this.#writer = new LineWriter(socket, {
      clock,
      mostBytes: limits.sendQueueBytes.default,
      onOverflow: () => this.#uplink?.gone('the peer does not read'),
    });
  }

  /** Reads for an uplink from here on. */
  start(uplink: Uplink): void {
    const socket = this.#socket;
    this.#uplink = uplink;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#problem = `the connection broke: ${error.code ?? error.message}`;
    });
    socket.on('close', () => this.#onClosed());
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.on('end', () => socket.end());
    startReading(socket);
  }

  send(line: string): void {
    this.#writer.send(line);
  }

  close(): void {
    this.#lines.clear();
    this.#writer.end();
  }

  #onData(bytes: Buffer): void {
    loopTurn.enter();
    if (this.#writer.ended) return;
    this.#lines.push(bytes);
    if (!this.#waits) this.#work();
  }

  #work(): void {
    loopTurn.enter();
    let now = this.#clock.monotonic();
    const until = now + limits.turnMs.default;
    const lines = this.#lines;
    const uplink = this.#uplink!;
    uplink.tell(until);
    for (let taken = 1; lines.ready && !uplink.telling; taken++) {
      this.#take(lines.take(), now);
      if (taken % LINES_PER_LOOK !== 0) continue;
      now = this.#clock.monotonic();
      if (now > until) break;
    }
    this.#waits = lines.ready || uplink.telling;
    if (this.#waits) {
      stopReading(this.#socket);
      setImmediate(this.#goOn);
      return;
    }
    lines.compact();
    if (!this.#writer.ended) startReading(this.#socket);
  }

  #take(line: string, now: number): void {
    const uplink = this.#uplink!;
    if (line.length > lineRoom(line)) uplink.fail('a line is too long');
    else if (line !== '') uplink.take(line, now);
  }

  #onClosed(): void {
    // What came before the end is heard first.
    while (this.#lines.ready || this.#uplink?.telling === true) this.#work();
    this.#writer.closed();
    this.#uplink?.gone(this.#problem);
  }
}
