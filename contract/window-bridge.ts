/**
 * What the preload script exposes to the window: `window.signalbox`, and `window.signalboxDesktop` for what only the desktop
 * app has. Both are absent in a browser.
 */
import type { ControlEvent } from './control/messages.ts';
import type { Outcome } from './errors.ts';
import type { StreamPurpose } from './link/stream-messages.ts';

/** `window.signalbox`, as the preload script exposes it. */
export interface WindowBridge {
  /** One request of the control API. Never rejects: errors are values. */
  request(name: string, args: unknown): Promise<Outcome<unknown>>;
  /** Calls back on every event of main; returns the function that ends it. */
  onEvent(listener: (event: ControlEvent) => void): () => void;
  /**
   * Asks main for a stream from `source`, to watch it unless `purpose` says that it is for a file. The port arrives as a
   * `message` event on the window with `data = { type: STREAM_PORT_MESSAGE, nonce }` and one transferred port.
   */
  openStream(source: string, nonce: string, purpose?: StreamPurpose): Promise<Outcome<null>>;
}

/** What main asks before people are disconnected because a window is closed or the app quits. All of it is words to show. */
export interface LeaveQuestion {
  /** Another one each time that something is asked. */
  readonly id: number;
  readonly title: string;
  readonly text: string;
  /** Text of the button that stops all daemons and quits. */
  readonly quit: string;
  /** Text of the button that keeps all daemons running in the tray; null where that is not offered. */
  readonly hide: string | null;
}

/** What main tells a page of the desktop app. */
export type FromDesktop =
  /** What to ask now; null takes the question back. */
  | { readonly type: 'question'; readonly question: LeaveQuestion | null }
  /** Something to show for a while. */
  | { readonly type: 'notice'; readonly text: string };

/** `cancel` leaves everything as it is, `hide` keeps the daemons running in the tray, `quit` stops them all. */
export type LeaveAnswer = 'cancel' | 'hide' | 'quit';

/** What a page of the desktop app tells main. */
export type ToDesktop =
  /** The page listens now: a question that was asked before a reload is asked again. */
  | { readonly type: 'ready' }
  /** The question is on the screen. */
  | { readonly type: 'shown'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: LeaveAnswer };

/** `window.signalboxDesktop`, as the preload script exposes it. */
export interface DesktopBridge {
  /** Never rejects: errors are values. */
  tell(message: ToDesktop): Promise<Outcome<null>>;
  /** Calls back on every message of main; returns the function that ends it. */
  onMessage(listener: (message: FromDesktop) => void): () => void;
}

/** `data.type` of the window message that delivers a stream's MessagePort. */
export const STREAM_PORT_MESSAGE = 'signalbox-stream-port';

/** IPC channel names, used by main/electron and preload only. */
export const IPC_CHANNELS = {
  request: 'signalbox:request',
  openStream: 'signalbox:open-stream',
  event: 'signalbox:event',
  port: 'signalbox:port',
  toDesktop: 'signalbox:to-desktop',
  fromDesktop: 'signalbox:from-desktop',
} as const;
