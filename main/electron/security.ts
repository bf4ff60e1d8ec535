/**
 * What no page may do, whatever it was made to run: ask for permissions, open windows, navigate away, embed web
 * views. Installed once by main.ts, before the first window; see "Security" in the design for the list.
 */
import { app, type Session, shell, type WebContents } from 'electron';
import { isAllowedExternalUrl } from './external-links.ts';

/** Denies every permission but one: writing plain text to the clipboard after a click, for "Copy" buttons. */
export function denyPermissions(session: Session, origin: string): void {
  const allowed = (permission: string, url: string) =>
    permission === 'clipboard-sanitized-write' && isOfOrigin(url, origin);
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(allowed(permission, details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, requester) => allowed(permission, requester));
  session.setDevicePermissionHandler(() => false);
  // macOS pairs by itself and offers no handler.
  if (process.platform !== 'darwin') {
    session.setBluetoothPairingHandler((_details, callback) => callback({ confirmed: false }));
  }
}

/** Guards every web contents that this app creates from now on. */
export function guardWebContents(origin: string): void {
  app.on('web-contents-created', (_event, contents) => guard(contents, origin));
}

function guard(contents: WebContents, origin: string): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isAllowedExternalUrl(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  // Covers frames as well as the page itself; reload() and our own loadURL() do not pass here.
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isOfOrigin(event.url, origin)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

/** Whether a URL, or an origin with or without its slash, is exactly of `origin`. */
function isOfOrigin(url: string, origin: string): boolean {
  return url === origin || url.startsWith(`${origin}/`);
}
