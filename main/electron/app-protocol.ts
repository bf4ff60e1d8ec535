/**
 * Serves the built window from out/renderer on an origin of its own with a strict content security policy, so that no
 * page of ours is ever loaded from file:// or the network. Chosen and installed by main.ts.
 */
import { readFile, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { app, protocol, type Session } from 'electron';
import { assetPath, mimeTypeOf } from '../core/asset-path.ts';
import { WINDOW_HEADERS } from '../core/window-headers.ts';

/** The origin of every window: a scheme that exists in this app only. */
const APP_ORIGIN = 'app://signalbox';

/**
 * The origin where app:// can no longer be registered. The name is reserved never to resolve (RFC 6761 6.4), and all
 * of https in the session is answered by us, so nothing of it ever reaches the network.
 */
const LATE_ORIGIN = 'https://signalbox.invalid';

/**
 * Makes app:// a standard, secure scheme and returns the origin to load windows from. A scheme can only be registered
 * before the app is ready; a launcher that loads our code after that (not Electron's own) gets {@link LATE_ORIGIN}.
 */
export function registerAppOrigin(): string {
  if (app.isReady()) return LATE_ORIGIN;
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  return APP_ORIGIN;
}

/** Serves the files of `root` on `origin` in this session, and nothing else on its scheme. */
export function serveApp(session: Session, origin: string, root: string): void {
  const scheme = origin.slice(0, origin.indexOf(':'));
  session.protocol.handle(scheme, async (request) => {
    if (request.method !== 'GET') return refusal(405);
    const file = assetPath(root, origin, request.url);
    if (file === null) return refusal(403);
    try {
      // A symbolic link inside the folder must not lead out of it.
      const [real, realRoot] = await Promise.all([realpath(file), realpath(root)]);
      if (!real.startsWith(realRoot + sep)) return refusal(403);
      return new Response(new Uint8Array(await readFile(real)), {
        headers: { ...WINDOW_HEADERS, 'content-type': mimeTypeOf(real) },
      });
    } catch {
      return refusal(404);
    }
  });
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: WINDOW_HEADERS });
}
