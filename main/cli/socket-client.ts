/** Speaks to the running instance over the local socket: newline-delimited JSON. Used by the CLI's commands. */
import { connect, type Socket } from 'node:net';
import type { ControlEvent, ControlOutcome, ControlReplyMessage } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import { SignalboxError } from '../../contract/errors.ts';
import type { LocalCaller } from '../../contract/local-caller.ts';
import { localSocketPath } from '../core/instance/instance-claim.ts';
import { ownDetails } from './own-details.ts';

/** A connection to the local socket of a running instance. */
export class SocketClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, (outcome: ControlOutcome<unknown>) => void>();
  #unread = '';
  #nextId = 1;
  readonly #details: LocalCaller;
  #onEvent: (event: ControlEvent) => void = () => {};
  /** Resolves when the instance ends the connection. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket, details: LocalCaller) {
    this.#socket = socket;
    this.#details = details;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        const error = { code: 'no_instance', message: 'Signalbox ended before it answered.' } as const;
        for (const settle of this.#pending.values()) settle({ ok: false, error });
        this.#pending.clear();
        resolve();
      });
    });
  }

  /**
   * Connects to the instance of `dataDir`, and tells it who uses this process.
   * @throws SignalboxError `no_instance` when none answers.
   */
  static async connect(dataDir: string, details: LocalCaller = ownDetails()): Promise<SocketClient> {
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
    return new SocketClient(socket, details);
  }

  /** One request. Never rejects. */
  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>> {
    const id = this.#nextId++;
    const outcome = await new Promise<ControlOutcome<unknown>>((settle) => {
      this.#pending.set(id, settle);
      const caller = id === 1 ? this.#details : undefined;
      this.#socket.write(`${JSON.stringify({ id, name, args, caller })}\n`);
    });
    // The host answers in the shape that the contract declares for this name.
    return outcome as ControlOutcome<ControlApi[Name]['result']>;
  }

  onEvent(listener: (event: ControlEvent) => void): void {
    this.#onEvent = listener;
  }

  close(): void {
    this.#socket.end();
  }

  #read(chunk: string): void {
    const lines = (this.#unread + chunk).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') continue;
      const message = JSON.parse(line) as ControlReplyMessage;
      if ('event' in message) {
        this.#onEvent(message.event);
        continue;
      }
      this.#pending.get(message.id)?.(message.outcome);
      this.#pending.delete(message.id);
    }
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
