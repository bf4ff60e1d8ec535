/** Speaks to the running instance over the local socket: newline-delimited JSON. Used by the CLI's commands. */
import { connect, type Socket } from 'node:net';
import type { ControlEvent, ControlOutcome, ControlReplyMessage } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import { type Outcome, SignalboxError, type WireError } from '../../contract/errors.ts';
import type { LocalCaller } from '../../contract/local-caller.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { controlDeadlineMs } from '../../kit/control-deadline.ts';
import { limits } from '../../kit/limits.ts';
import { LineSplitter } from '../../kit/line-splitter.ts';
import { ascendingIds, outcomeOf, PendingRequests } from '../../kit/pending-requests.ts';
import { localSocketPath } from '../core/instance/instance-claim.ts';
import { ownDetails } from './own-details.ts';

const ENDED: WireError = { code: 'no_instance', message: 'Signalbox ended before it answered.' };

/** A connection to the local socket of a running instance. */
export class SocketClient {
  readonly #socket: Socket;
  readonly #requests: PendingRequests<Outcome<unknown>>;
  readonly #details: LocalCaller;
  #onEvent: (event: ControlEvent) => void = () => {};
  /** Resolves when the instance ends the connection. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket, details: LocalCaller, clock: Clock) {
    this.#socket = socket;
    this.#details = details;
    this.#requests = new PendingRequests(clock, { limit: limits.controlOutstanding.default }, ascendingIds());
    const lines = new LineSplitter(limits.controlReplyChars.default, {
      line: (text) => this.#read(text),
      overlong: () => {
        lines.close();
        const message = `Signalbox sent more than ${limits.controlReplyChars.default} characters at once; ask for less.`;
        this.#requests.close({ code: 'limit_reached', message });
        socket.destroy();
      },
    });
    socket.on('data', (bytes: Buffer) => lines.push(bytes));
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#requests.close(ENDED);
        resolve();
      });
    });
  }

  /**
   * Connects to the instance of `dataDir`, and tells it who uses this process.
   * @throws SignalboxError `no_instance` when none answers.
   */
  static async connect(
    dataDir: string,
    details: LocalCaller = ownDetails(),
    clock: Clock = systemClock,
  ): Promise<SocketClient> {
    const path = localSocketPath(dataDir);
    const socket = await new Promise<Socket>((resolve, reject) => {
      const attempt = connect(path);
      attempt.once('connect', () => resolve(attempt));
      attempt.once('error', (error: NodeJS.ErrnoException) => {
        const denied = error.code === 'EACCES' || error.code === 'EPERM';
        const message = denied
          ? `The Signalbox on ${dataDir} belongs to another user.`
          : `No running Signalbox uses ${dataDir}. Start one with: npm start -- --headless --data ${dataDir}`;
        reject(new SignalboxError(denied ? 'forbidden' : 'no_instance', message, { cause: error }));
      });
    });
    return new SocketClient(socket, details, clock);
  }

  /** One request. Never rejects. */
  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>> {
    const { requestId: id, answer } = this.#requests.open(name, controlDeadlineMs(name));
    if (this.#requests.has(id)) {
      const caller = id === 1 ? this.#details : undefined;
      this.#socket.write(`${JSON.stringify({ id, name, args, caller })}\n`);
    }
    // The host answers in the shape that the contract declares for this name.
    return (await outcomeOf(answer)) as ControlOutcome<ControlApi[Name]['result']>;
  }

  onEvent(listener: (event: ControlEvent) => void): void {
    this.#onEvent = listener;
  }

  close(): void {
    this.#socket.end();
  }

  #read(line: string): void {
    if (line === '') return;
    const message = JSON.parse(line) as ControlReplyMessage;
    if ('event' in message) this.#onEvent(message.event);
    else this.#requests.resolve(message.id, message.outcome);
  }
}

/** Does `work` on a connection of its own. */
export async function withClient(
  connect: () => Promise<SocketClient>,
  work: (client: SocketClient) => Promise<number>,
): Promise<number> {
  const client = await connect();
  try {
    return await work(client);
  } finally {
    client.close();
  }
}
