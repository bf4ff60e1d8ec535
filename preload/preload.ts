/**
 * The sandboxed script that runs in every window before the page. It exposes the functions of WindowBridge and passes
 * stream ports on to the page; ipcRenderer itself never leaves this file.
 */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { ControlEvent } from '../contract/control/messages.ts';
import type { Outcome } from '../contract/errors.ts';
import type { DesktopBridge, FromDesktop, WindowBridge } from '../contract/window-bridge.ts';
import { IPC_CHANNELS, STREAM_PORT_MESSAGE } from '../contract/window-bridge.ts';

/** Calls main; whatever goes wrong on the way becomes an error value. */
async function invoke(channel: string, ...args: unknown[]): Promise<Outcome<unknown>> {
  try {
    return (await ipcRenderer.invoke(channel, ...args)) as Outcome<unknown>;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, error: { code: 'internal', message } };
  }
}

/** Calls `listener` with the plain data of each message: the Electron event beside it holds the sender. */
function listen<Data>(channel: string, listener: (data: Data) => void): () => void {
  const forward = (_event: IpcRendererEvent, data: Data) => listener(data);
  ipcRenderer.on(channel, forward);
  return () => {
    ipcRenderer.removeListener(channel, forward);
  };
}

const bridge: WindowBridge = {
  request: (name, args) => invoke(IPC_CHANNELS.request, name, args),
  onEvent: (listener) => listen<ControlEvent>(IPC_CHANNELS.event, listener),
  openStream: (source, nonce, purpose = 'watch') =>
    invoke(IPC_CHANNELS.openStream, source, nonce, purpose) as Promise<Outcome<null>>,
};

const desktop: DesktopBridge = {
  tell: (message) => invoke(IPC_CHANNELS.toDesktop, message) as Promise<Outcome<null>>,
  onMessage: (listener) => listen<FromDesktop>(IPC_CHANNELS.fromDesktop, listener),
};

// A MessagePort cannot cross the context bridge; a message to the page's own origin can carry it.
ipcRenderer.on(IPC_CHANNELS.port, (event, nonce: unknown) => {
  const [port] = event.ports;
  if (port === undefined || typeof nonce !== 'string') return;
  window.postMessage({ type: STREAM_PORT_MESSAGE, nonce }, window.location.origin, [port]);
});

contextBridge.exposeInMainWorld('signalbox', bridge);
contextBridge.exposeInMainWorld('signalboxDesktop', desktop);
