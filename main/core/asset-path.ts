/** Which file of the built window a URL means, and as what it is served. Called by both hosts. */
import { extname, resolve, sep } from 'node:path';

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json; charset=utf-8',
};

/** The MIME type by the file's extension; what is not known is never guessed by the browser either. */
export function mimeTypeOf(file: string): string {
  return MIME_TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
}

/**
 * The file inside `root` that `url` names, or null where the URL is not of `origin` or leads out of `root` in any
 * spelling (dot segments, encoded separators, backslashes, NUL). Does not touch the disk: symbolic links are the
 * caller's to resolve.
 */
export function assetPath(root: string, origin: string, url: string): string | null {
  if (!url.startsWith(`${origin}/`)) return null;
  let pathname: string;
  try {
    pathname = decodeURIComponent(new URL(url).pathname);
  } catch {
    return null;
  }
  if (/[\0\\:]/.test(pathname)) return null;
  const segments = pathname.split('/').slice(1);
  if (segments.some((segment) => segment === '..' || segment === '.')) return null;
  const file = resolve(root, ...segments.filter((segment) => segment !== ''));
  if (file === resolve(root)) return resolve(root, 'index.html');
  return file.startsWith(resolve(root) + sep) ? file : null;
}
