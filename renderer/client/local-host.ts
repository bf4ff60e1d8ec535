/** The way to the host that the page comes from, by what the page runs in. Called once, by the entry of the window. */
import type { DesktopBridge, WindowBridge } from '../../contract/window-bridge.ts';
import { BridgeControlClient } from './bridge-control-client.ts';
import type { HostAccess } from './control-client.ts';
import { HostSession } from './host-session.ts';
import { SocketControlClient } from './socket-control-client.ts';

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop app. */
    readonly signalbox?: WindowBridge;
    readonly signalboxDesktop?: DesktopBridge;
  }
}

/**
 * What a window calls the host that it comes from, in its addresses. The same in every window and before the host has said
 * anything, so that an address can be kept; which host that is, the origin of the page says.
 */
export const LOCAL_HOST = 'local';

/** The host of this page: over the bridge in the desktop app, over WebSockets in a browser. */
export function localHost(): HostAccess {
  if (window.signalbox !== undefined) {
    const client = new BridgeControlClient(window.signalbox, window);
    return { id: LOCAL_HOST, name: 'this computer', client, session: null };
  }
  const base = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}`;
  const session = new HostSession('');
  const client = new SocketControlClient({
    openSocket: (path) => new WebSocket(base + path),
    checkSession: () => session.check(),
    onSignedInElsewhere: (listener) => session.onSignedInElsewhere(listener),
  });
  return { id: LOCAL_HOST, name: location.host, client, session };
}
