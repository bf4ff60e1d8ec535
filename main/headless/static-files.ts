/** Serves the built window. The files hold no secrets, so this needs no login. Called by the HTTP server. */
import { realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { sep } from 'node:path';
import { assetPath, mimeTypeOf } from '../core/asset-path.ts';
import { finish, sendText } from './http-answers.ts';
import type { KeptFiles } from './kept-files.ts';

/** Only so that paths parse as URLs. */
const ORIGIN = 'http://window';
/** What the system says of a path that is no file; anything else is want of descriptors or a broken disk. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP']);

/** Answers a GET or HEAD of `path` from `root`; of a HEAD, Node sends the head alone. */
export async function serveStatic(
  root: string,
  files: KeptFiles,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const file = assetPath(root, ORIGIN, `${ORIGIN}${path}`);
  if (file === null) return sendText(response, 403, 'Forbidden\n');
  try {
    // A symbolic link inside the folder must not lead out of it.
    const [real, realRoot] = await Promise.all([realpath(file), realpath(root)]);
    if (!real.startsWith(realRoot + sep)) return sendText(response, 403, 'Forbidden\n');
    const body = await files.read(real);
    const headers = {
      'content-type': mimeTypeOf(real),
      'content-length': body.length,
      // File names under assets/ carry a hash of their content.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    finish(response, 200, headers, body);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && !ABSENT.has(code)) {
      return sendText(response, 503, `The file cannot be read now (${code}). Try again.\n`);
    }
    const missing = path === '/' ? 'The window is not built. Build it with: npm run build\n' : 'Not found\n';
    sendText(response, path === '/' ? 503 : 404, missing);
  }
}
