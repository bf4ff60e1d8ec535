/** Chooses the client for where the page runs. Called once, by the entry of the window. */
import type { DesktopBridge, WindowBridge } from '../../contract/window-bridge.ts';
import { BridgeControlClient } from './bridge-control-client.ts';
import type { ControlClient } from './control-client.ts';
import { checkSession, onSignedInElsewhere } from './sign-in.ts';
import { SocketControlClient } from './socket-control-client.ts';

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop app. */
    readonly signalbox?: WindowBridge;
    readonly signalboxDesktop?: DesktopBridge;
  }
}

/** The client for this page: the bridge in the desktop app, WebSockets in a browser. */
export function createClient(): ControlClient {
  if (window.signalbox !== undefined) return new BridgeControlClient(window.signalbox, window);
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  return new SocketControlClient({
    openSocket: (path) => new WebSocket(base + path),
    checkSession,
    onSignedInElsewhere,
  });
}
