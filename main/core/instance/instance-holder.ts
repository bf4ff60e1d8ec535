/** Asks whoever answers on a socket path who it is and whether it is about to end. Used before a data folder is claimed. */
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { LineSplitter } from '../../../kit/line-splitter.ts';

/** A status is much shorter, and a stranger at the path is not listened to for longer, in characters. */
const STATUS_CHARS = 1_000_000;

/** The instance that holds a data folder. */
export interface Holder {
  /** Null where it does not say. */
  readonly pid: number | null;
  readonly host: string | null;
  /** Why it is ending; null where it is not, or does not say. */
  readonly closing: string | null;
  /** Resolves true when it has let go, false when that took longer. */
  gone(timeoutMs: number): Promise<boolean>;
  /** Ends the connection; after `gone` that is done. */
  close(): void;
}

const replySchema = z.object({
  id: z.literal(1),
  outcome: z.object({
    result: z.object({
      host: z.string().optional(),
      pid: z.number().int().optional(),
      closing: z.string().nullable().optional(),
    }),
  }),
});

type Status = z.output<typeof replySchema>['outcome']['result'];

/** Who answers at `path`; null when nobody does. Somebody who says nothing within the time is there all the same. */
export function findHolder(path: string, timeoutMs: number): Promise<Holder | null> {
  return new Promise((settle) => {
    const socket = connect(path);
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const timer = setTimeout(() => found({}), timeoutMs);
    let connected = false;
    const found = (status: Status) => {
      clearTimeout(timer);
      settle(new ConnectedHolder(socket, ended, status));
    };
    socket.once('connect', () => {
      connected = true;
      socket.write('{"id":1,"name":"status"}\n');
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      if (!connected) return settle(null);
      // It ended just now, or it has no room for us: only a second try tells.
      answers(path, timeoutMs).then(
        (there) => (there ? found({}) : settle(null)),
        () => settle(null),
      );
    });
    const lines = new LineSplitter(STATUS_CHARS, {
      line: (text) => {
        const status = statusIn(text);
        if (status !== null) found(status);
      },
      // Whatever it says, somebody is there.
      overlong: () => {
        lines.close();
        found({});
      },
    });
    socket.on('data', (bytes: Buffer) => lines.push(bytes));
  });
}

class ConnectedHolder implements Holder {
  readonly pid: number | null;
  readonly host: string | null;
  readonly closing: string | null;
  readonly #socket: Socket;
  readonly #ended: Promise<void>;

  constructor(socket: Socket, ended: Promise<void>, status: Status) {
    this.#socket = socket;
    this.#ended = ended;
    this.pid = status.pid ?? null;
    this.host = status.host ?? null;
    this.closing = status.closing ?? null;
  }

  async gone(timeoutMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const gone = await Promise.race([this.#ended.then(() => true), late]);
    clearTimeout(timer);
    this.close();
    return gone;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Whether anybody accepts a connection on a socket path. Somebody who accepts none within the time is there all the same. */
function answers(path: string, timeoutMs: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(path);
    const finish = (answered: boolean) => {
      socket.destroy();
      settle(answered);
    };
    socket.setTimeout(timeoutMs, () => finish(true));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function statusIn(line: string): Status | null {
  try {
    const parsed = replySchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data.outcome.result : null;
  } catch {
    return null;
  }
}
