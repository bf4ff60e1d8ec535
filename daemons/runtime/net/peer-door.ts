/**
 * Where other daemons of the instance connect: a port of the loopback address that the system chooses and main tells them, so that
 * it works on every system and under every path. Whoever does not know the secret of the run is shown out.
 */
import type { Socket } from 'node:net';
import type { ListenerInfo } from '../../../contract/states.ts';
import { DuplexChannel } from '../async/duplex-channel.ts';
import { lines } from '../async/framing.ts';
import { limits } from '../limits.ts';
import { Acceptor } from './acceptor.ts';
import { Admission } from './admission.ts';
import { type ClassRule, oneClass } from './connection-classes.ts';
import { OpenConnections } from './open-connections.ts';
import { proveAsServer, type SharedKnowledge } from './peer-proof.ts';

export interface PeerDoorOptions extends SharedKnowledge {
  /** Characters of a line at most. */
  readonly lineChars: number;
  /** Serves a peer that has proved itself; resolves or rejects when it is done. */
  readonly onPeer: (channel: DuplexChannel<string>) => Promise<void>;
  /** Told why a connection was ended. */
  readonly onRefused: (why: string) => void;
}

/** Listens for peers. */
export class PeerDoor {
  readonly admission = new Admission({
    classes: oneClass({
      maxConnections: limits.peerConnections.default,
      maxPerAddress: limits.peerConnections.default,
      throttle: false,
    }),
  });
  readonly #acceptor: Acceptor<{ readonly host: string; readonly port: number }, ClassRule>;
  readonly #open = new OpenConnections<Socket>();
  readonly #options: PeerDoorOptions;

  constructor(options: PeerDoorOptions) {
    this.#options = options;
    this.#acceptor = new Acceptor({
      key: `${options.protocol} peers`,
      protocol: options.protocol,
      admission: this.admission,
      onOpen: (socket) => void this.#serve(socket),
    });
  }

  /** Connections, those that have not proved themselves included. */
  get size(): number {
    return this.#open.size;
  }

  get infos(): readonly ListenerInfo[] {
    return this.#acceptor.infos;
  }

  /** Throws SignalboxError where no port can be had. */
  async open(): Promise<void> {
    await this.#acceptor.open([{ host: '127.0.0.1', port: 0 }]);
  }

  /** Lets nobody in any more and ends every connection. */
  close(): void {
    for (const socket of [...this.#open]) socket.destroy();
    this.#acceptor.destroy();
    this.#open.close();
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open.add(socket, socket);
    const { lineChars, onPeer, onRefused } = this.#options;
    const channel = new DuplexChannel<string>(socket, { framing: lines(lineChars) });
    try {
      await proveAsServer(channel, this.#options);
      await onPeer(channel);
    } catch (error) {
      onRefused(error instanceof Error ? error.message : String(error));
    } finally {
      channel.close();
    }
  }
}
