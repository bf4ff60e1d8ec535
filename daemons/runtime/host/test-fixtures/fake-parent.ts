/** Main as a daemon under Electron sees it, in the test's own process: the parent port of a utility process. */
import type { FromDaemon } from '../../../../contract/link/from-daemon.ts';
import type { ToDaemon } from '../../../../contract/link/to-daemon.ts';
import type { PortLike } from '../../telemetry/message-port.ts';

type MessageListener = (event: { data: unknown; ports: PortLike[] }) => void;

/** Stands where Electron puts the parent port, from {@link install} to {@link remove}. */
export class FakeParent {
  readonly sent: FromDaemon[] = [];
  #onMessage: MessageListener = () => {};
  #onClose = () => {};

  postMessage(message: FromDaemon): void {
    this.sent.push(message);
  }

  on(event: 'message' | 'close', listener: MessageListener & (() => void)): void {
    if (event === 'message') this.#onMessage = listener;
    else this.#onClose = listener;
  }

  install(): void {
    Object.defineProperty(process, 'parentPort', { value: this, configurable: true });
  }

  remove(): void {
    Reflect.deleteProperty(process, 'parentPort');
  }

  /** Says something to the daemon, whatever it is. */
  sayRaw(data: unknown, ports: PortLike[] = []): void {
    this.#onMessage({ data, ports });
  }

  say(message: ToDaemon, ports: PortLike[] = []): void {
    this.sayRaw(message, ports);
  }

  /** Main goes away. */
  leave(): void {
    this.#onClose();
  }

  /** Everything of one kind that the daemon said. */
  said<Type extends FromDaemon['type']>(type: Type): Extract<FromDaemon, { type: Type }>[] {
    return this.sent.filter((one): one is Extract<FromDaemon, { type: Type }> => one.type === type);
  }

  /** The first message of a kind that fits, once it is there; timers stand still meanwhile. */
  async heard<Type extends FromDaemon['type']>(
    type: Type,
    fits: (message: Extract<FromDaemon, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<FromDaemon, { type: Type }>> {
    for (;;) {
      const found = this.said(type).find(fits);
      if (found !== undefined) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Resolves when the condition holds; fake timers stand still meanwhile. */
export async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
