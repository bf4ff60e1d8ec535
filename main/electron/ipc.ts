/**
 * The requests that a window can make of main, and the events that main tells it. Every message is checked for
 * its sender and its shape; every answer is an Outcome. Installed once by main.ts.
 */
import { userInfo } from 'node:os';
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { z } from 'zod';
import type { ControlEvent } from '../../contract/control/messages.ts';
import { isControlRequest } from '../../contract/control/requests.ts';
import { type Outcome, toWireError, type WireError } from '../../contract/errors.ts';
import { streamPurposeSchema } from '../../contract/link/stream-messages.ts';
import { IPC_CHANNELS, type ToDesktop } from '../../contract/window-bridge.ts';
import { createCaller, type OwnedCaller } from '../core/caller.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import type { SessionRegistry } from '../core/sessions/session-registry.ts';
import { openPortStream } from './port-broker.ts';
import { refusalOf } from './sender.ts';
import type { Windows } from './windows.ts';

const requestSchema = z.tuple([z.string().max(64), z.unknown()]);
const toDesktopSchema: z.ZodType<ToDesktop> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('shown'), id: z.number().int() }),
  z.object({ type: z.literal('answer'), id: z.number().int(), answer: z.enum(['cancel', 'hide', 'quit']) }),
]);
const openStreamSchema = z.tuple([z.string().min(1).max(64), z.string().min(8).max(64), streamPurposeSchema]);

/** What the channels work with. */
export interface IpcOptions {
  readonly windows: Windows;
  readonly origin: string;
  /** Requests that come before the control plane is up wait for it. */
  readonly control: Promise<ControlPlane>;
  /** Hears what the page with this id says about questions. */
  readonly onDesktop: (pageId: number, message: ToDesktop) => void;
}

/** Answers the windows' requests and passes main's events on to them. */
export function serveIpc(options: IpcOptions): void {
  const { windows, origin, control } = options;
  const callers = new Callers();
  const handle = (
    channel: string,
    answer: (event: IpcMainInvokeEvent, args: unknown[]) => Promise<Outcome<unknown>>,
  ) => {
    ipcMain.handle(channel, async (event, ...args: unknown[]): Promise<Outcome<unknown>> => {
      const refusal = refusalOf(senderOf(event, windows), origin);
      if (refusal !== null) return { ok: false, error: refusal };
      try {
        return await answer(event, args);
      } catch (thrown) {
        return { ok: false, error: toWireError(thrown) };
      }
    });
  };

  handle(IPC_CHANNELS.request, async (event, args) => {
    const parsed = requestSchema.safeParse(args);
    if (!parsed.success) return { ok: false, error: badShape('a request name and its arguments') };
    const [name, requestArgs] = parsed.data;
    if (!isControlRequest(name)) {
      return { ok: false, error: { code: 'unknown_request', message: `No request is called "${name}".` } };
    }
    const plane = await control;
    return await plane.handle(name, requestArgs, callers.of(event.sender, plane.sessions));
  });

  handle(IPC_CHANNELS.openStream, async (event, args) => {
    const parsed = openStreamSchema.safeParse(args);
    if (!parsed.success)
      return { ok: false, error: badShape('a source, a nonce of 8 to 64 characters and a purpose') };
    const [source, nonce, purpose] = parsed.data;
    const plane = await control;
    const caller = callers.of(event.sender, plane.sessions);
    return openPortStream(plane, event, { source, nonce, purpose, caller });
  });

  handle(IPC_CHANNELS.toDesktop, async (event, args) => {
    const parsed = toDesktopSchema.safeParse(args[0]);
    if (!parsed.success)
      return { ok: false, error: badShape('{ type: "ready" }, a question shown or an answer') };
    options.onDesktop(event.sender.id, parsed.data);
    return { ok: true, result: null };
  });

  void control.then((plane) => {
    // Every window is the same person's.
    plane.subscribe(callers.actor, (event) => {
      for (const window of windows.all) tell(window.webContents, event);
    });
  }, ignoreFailedStart);
}

/** A failed start is told by main.ts; here it only means that no events come. */
function ignoreFailedStart(): void {}

function badShape(expected: string): WireError {
  return { code: 'bad_request', message: `Expected ${expected}.` };
}

function senderOf(event: IpcMainInvokeEvent, windows: Windows) {
  const frame = event.senderFrame;
  return {
    isOurWindow: windows.all.some((window) => window.webContents === event.sender),
    isMainFrame: frame !== null && frame.parent === null,
    origin: frame === null ? null : frame.origin,
  };
}

function tell(contents: WebContents, event: ControlEvent): void {
  if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(IPC_CHANNELS.event, event);
}

/**
 * One caller and session a loaded page: what a page follows ends with it, not with its window. A page whose session was
 * ended begins another with its next request: whoever has the app has the data folder too.
 */
class Callers {
  readonly #callers = new WeakMap<WebContents, OwnedCaller>();
  readonly #known = new WeakSet<WebContents>();
  readonly actor = { name: operatorName(), from: 'window', role: 'admin' } as const;

  of(contents: WebContents, sessions: SessionRegistry): OwnedCaller {
    let caller = this.#callers.get(contents);
    if (caller === undefined) {
      const owner = { actor: this.actor, address: null, since: Date.now(), expiresAt: null };
      const session = sessions.open(owner);
      caller = createCaller(this.actor, (event) => tell(contents, event), session.id);
      this.#callers.set(contents, caller);
      caller.onClose(() => session.end());
      session.hold('connection', () => this.#end(contents));
      this.#watch(contents);
    }
    return caller;
  }

  #watch(contents: WebContents): void {
    if (this.#known.has(contents)) return;
    this.#known.add(contents);
    const end = () => this.#end(contents);
    contents.on('did-navigate', end);
    contents.on('render-process-gone', end);
    contents.on('destroyed', end);
  }

  #end(contents: WebContents): void {
    const caller = this.#callers.get(contents);
    this.#callers.delete(contents);
    caller?.close();
  }
}

function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may have no entry for the user id.
    return 'operator';
  }
}
