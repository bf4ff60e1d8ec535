/** The MIME type of an object, by the suffix of its URI. */
import mime from 'mime';

const UNKNOWN = 'application/octet-stream';
/** Suffixes remembered; whoever makes up more of them only waits for the look-up. */
const REMEMBERED = 1_000;
const LONGEST_SUFFIX = 16;

const known = new Map<string, string>();

/** Such as `image/png`; `application/octet-stream` where the suffix says nothing. */
export function contentTypeOf(uri: string): string {
  const dot = uri.lastIndexOf('.');
  if (dot < 0 || uri.length - dot > LONGEST_SUFFIX || uri.includes('/', dot)) return UNKNOWN;
  const suffix = uri.slice(dot + 1);
  const found = known.get(suffix);
  if (found !== undefined) return found;
  const type = mime.getType(suffix) ?? UNKNOWN;
  if (known.size < REMEMBERED) known.set(suffix, type);
  return type;
}
