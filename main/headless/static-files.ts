/** Serves the built window. The files hold no secrets, so this needs no login. Called by the HTTP server. */
import { readFile, realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { sep } from 'node:path';
import { assetPath, mimeTypeOf } from '../core/asset-path.ts';

/** Only so that paths parse as URLs. */
const ORIGIN = 'http://window';

/** Answers a GET or HEAD of `path` from `root`. */
export async function serveStatic(
  root: string,
  path: string,
  response: ServerResponse,
  headOnly: boolean,
): Promise<void> {
  const file = assetPath(root, ORIGIN, `${ORIGIN}${path}`);
  if (file === null) return refuse(response, 403, 'Forbidden\n');
  try {
    // A symbolic link inside the folder must not lead out of it.
    const [real, realRoot] = await Promise.all([realpath(file), realpath(root)]);
    if (!real.startsWith(realRoot + sep)) return refuse(response, 403, 'Forbidden\n');
    const body = await readFile(real);
    response.writeHead(200, {
      'content-type': mimeTypeOf(real),
      'content-length': body.length,
      // File names under assets/ carry a hash of their content.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(headOnly ? undefined : body);
  } catch {
    const missing = path === '/' ? 'The window is not built. Build it with: npm run build\n' : 'Not found\n';
    refuse(response, path === '/' ? 503 : 404, missing);
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
