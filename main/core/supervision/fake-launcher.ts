/** A launcher whose processes do what a test says. Used by the unit tests of the supervision only. */
import type { Catalog } from '../../../contract/link/catalog.ts';
import { endpointOf } from '../../../contract/link/endpoint.ts';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import { LINK_PROTOCOL } from '../../../contract/link/protocol.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import type { ListenerInfo } from '../../../contract/states.ts';
import type {
  DaemonLauncher,
  DaemonProcess,
  DaemonProcessEvents,
  LaunchRequest,
  ProcessEnd,
} from '../daemon-launcher.ts';

export class FakeProcess implements DaemonProcess {
  readonly pid: number;
  readonly directTransport = 'socket';
  readonly received: ToDaemon[] = [];
  readonly request: LaunchRequest;
  readonly #events: DaemonProcessEvents;
  /** Whether it answers heartbeats. */
  answersPings = false;
  /** Whether SIGKILL ends it; a process in uninterruptible sleep does not. */
  mortal = true;
  killed = 0;
  ended = false;

  constructor(pid: number, request: LaunchRequest, events: DaemonProcessEvents) {
    this.pid = pid;
    this.request = request;
    this.#events = events;
  }

  send(message: ToDaemon): void {
    this.received.push(message);
    if (message.type === 'ping' && this.answersPings) this.say({ type: 'pong', seq: message.seq });
  }

  kill(): void {
    this.killed++;
    if (this.mortal && !this.ended) this.end({ signal: 'SIGKILL' });
  }

  /** The types of what it was sent, without heartbeats. */
  get inbox(): string[] {
    return this.received.map(({ type }) => type).filter((type) => type !== 'ping');
  }

  last<Type extends ToDaemon['type']>(type: Type): Extract<ToDaemon, { type: Type }> {
    const found = this.received.findLast((message) => message.type === type);
    if (found === undefined) throw new Error(`${this.request.id} got no ${type}`);
    return found as Extract<ToDaemon, { type: Type }>;
  }

  say(message: FromDaemon): void {
    this.#events.onMessage(message);
  }

  /** Says something that no daemon should say. */
  sayRaw(message: unknown): void {
    this.#events.onMessage(message);
  }

  hello(protocol = LINK_PROTOCOL, id = this.request.id): void {
    this.say({ type: 'hello', protocol, id, pid: this.pid, runtime: 'node 24.0.0' });
  }

  ready(listeners: readonly ListenerInfo[] = [], catalog: Catalog = { revision: 1, metrics: [] }): void {
    this.say({ type: 'ready', listeners: listeners.map(endpointOf), catalog });
  }

  /** The whole handshake. */
  comeUp(): void {
    this.hello();
    this.ready();
  }

  write(line: string): void {
    this.#events.onOutput('stderr', line);
  }

  end(end: Partial<ProcessEnd> = {}): void {
    this.ended = true;
    this.#events.onEnd({ exitCode: null, signal: null, reason: null, ...end });
  }
}

export class FakeLauncher implements DaemonLauncher {
  readonly processes: FakeProcess[] = [];
  /** Called for each new process, before `launch` returns. */
  onLaunch: (process: FakeProcess) => void = () => {};

  launch(request: LaunchRequest, events: DaemonProcessEvents): FakeProcess {
    const process = new FakeProcess(1000 + this.processes.length, request, events);
    this.processes.push(process);
    this.onLaunch(process);
    return process;
  }

  /** The newest process, of `id` where one is named. */
  newest(id?: string): FakeProcess {
    const found = this.processes.findLast((process) => id === undefined || process.request.id === id);
    if (found === undefined) throw new Error('nothing was launched');
    return found;
  }
}
