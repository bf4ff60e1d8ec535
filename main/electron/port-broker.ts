/**
 * Makes the channel of one stream and steps aside: one port goes to the source, the other to the page, which
 * recognises it by the nonce it chose. Ports close by themselves with the page or the process at their other end.
 * Called by ipc.ts, which has checked the sender.
 */
import { type IpcMainInvokeEvent, MessageChannelMain } from 'electron';
import type { Outcome } from '../../contract/errors.ts';
import type { StreamPurpose } from '../../contract/link/stream-messages.ts';
import { IPC_CHANNELS } from '../../contract/window-bridge.ts';
import type { Caller } from '../core/caller.ts';
import type { ControlPlane } from '../core/control-plane.ts';

/** A stream that a page asked for. */
interface PortStream {
  readonly source: string;
  /** By which the page knows its port. */
  readonly nonce: string;
  readonly purpose: StreamPurpose;
  readonly caller: Caller;
}

/** Opens a stream from `source` for the frame that asked. */
export function openPortStream(
  control: ControlPlane,
  event: IpcMainInvokeEvent,
  { source, nonce, purpose, caller }: PortStream,
): Outcome<null> {
  const { port1, port2 } = new MessageChannelMain();
  const outcome = control.openStream(source, { transport: 'port', purpose, transfer: port1 }, caller);
  if (!outcome.ok) {
    port1.close();
    port2.close();
    return outcome;
  }
  event.senderFrame?.postMessage(IPC_CHANNELS.port, nonce, [port2]);
  return { ok: true, result: null };
}
