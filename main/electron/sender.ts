/** Who may speak to main: only the main frame of one of our windows, on exactly our origin. Asked by ipc.ts. */
import type { WireError } from '../../contract/errors.ts';

/** What is known about the frame that sent a message. */
export interface Sender {
  /** Whether its web contents belong to a window that we opened. */
  readonly isOurWindow: boolean;
  /** Whether it is the page itself and not a frame in it. */
  readonly isMainFrame: boolean;
  /** Serialised origin of its document; null where the frame is gone. */
  readonly origin: string | null;
}

/** The reason to turn a message down, or null for one that may be answered. */
export function refusalOf(sender: Sender, origin: string): WireError | null {
  if (sender.isOurWindow && sender.isMainFrame && sender.origin === origin) return null;
  return { code: 'forbidden', message: 'Only a page of Signalbox itself may ask this.' };
}
