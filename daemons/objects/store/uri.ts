/**
 * What names an object, and which names none. A URI is the path of a file below the root of the store, so whatever could lead
 * elsewhere, or could not be copied to another system together with the store, is refused before any file is looked at.
 */
import { FIXED_LIMITS } from '../limits.ts';

const URI_BYTES = FIXED_LIMITS.uri_bytes.default;
const SEGMENTS = FIXED_LIMITS.uri_segments.default;
const SEGMENT_BYTES = FIXED_LIMITS.segment_bytes.default;
/** Begins the names that belong to the store itself, in every folder. */
export const OWN_PREFIX = '.signalbox-tmp';

/** Why a text is no URI, in words that follow it. */
export const URI_PROBLEMS = {
  empty: 'is empty: expected the path of an object, such as images/logo.png',
  too_long: `is longer than ${URI_BYTES} bytes`,
  not_text: 'has half of a surrogate pair, which no UTF-8 can say',
  control: 'has a control character',
  backslash: 'has a backslash: segments are separated by /',
  empty_segment: 'has an empty segment: expected no / at the end and none twice',
  dot_segment: 'has a segment . or ..',
  long_segment: `has a segment of more than ${SEGMENT_BYTES} bytes`,
  too_deep: `lies in too many folders: at most ${SEGMENTS} segments may be in it`,
  trailing: 'has a segment that ends with a dot or a space, which Windows would drop',
  device: 'has a segment that is the name of a device on Windows, such as con, nul.txt or com1',
  own: `has a segment that begins with ${OWN_PREFIX}, which is the store's own`,
  windows: 'has a character that Windows does not allow in names: one of < > : " | ? *',
} as const;

/** One of {@link URI_PROBLEMS}. */
export type UriProblem = keyof typeof URI_PROBLEMS;

const LONE_SURROGATE = /\p{Surrogate}/u;
const SLASH = 0x2f;
const DOT = 0x2e;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;
const LAST_C1 = 0x9f;

const DEVICES: ReadonlySet<string> = new Set([
  ...['con', 'prn', 'aux', 'nul', 'conin$', 'conout$', 'clock$'],
  ...['com', 'lpt'].flatMap((port) => [...'0123456789¹²³'].map((digit) => `${port}${digit}`)),
]);

/** A URI as the store knows it: one `/` at the beginning is left out, because both forms name the same object. */
export function withoutSlash(text: string): string {
  return text.charCodeAt(0) === SLASH ? text.slice(1) : text;
}

/**
 * What is wrong with a URI that {@link withoutSlash} gave; null where nothing is.
 * @param platform of the machine that the store is on
 */
export function uriProblem(uri: string, platform: NodeJS.Platform = process.platform): UriProblem | null {
  if (uri.length === 0) return 'empty';
  if (uri.length > URI_BYTES || Buffer.byteLength(uri) > URI_BYTES) return 'too_long';
  if (LONE_SURROGATE.test(uri)) return 'not_text';
  const windows = platform === 'win32';
  let start = 0;
  let segments = 0;
  for (let at = 0; at <= uri.length; at++) {
    const code = at === uri.length ? SLASH : uri.charCodeAt(at);
    if (code < SPACE || (code >= DELETE && code <= LAST_C1)) return 'control';
    if (code === BACKSLASH) return 'backslash';
    if (windows && '<>:"|?*'.includes(uri.charAt(at)) && at < uri.length) return 'windows';
    if (code !== SLASH) continue;
    const problem = segmentProblem(uri.slice(start, at));
    if (problem !== null) return problem;
    if (++segments > SEGMENTS) return 'too_deep';
    start = at + 1;
  }
  return null;
}

/** What is wrong with a text that stands for a URI, with or without its first `/`, or with the beginning of some. */
export function prefixProblem(prefix: string): UriProblem | null {
  const cut = prefix.lastIndexOf('/');
  const folder = cut < 0 ? null : uriProblem(prefix.slice(0, cut));
  if (folder !== null) return folder;
  if (prefix.split('/').length > SEGMENTS) return 'too_deep';
  const name = prefix.slice(cut + 1);
  // The beginning of a name may end with a dot, or be that of a device.
  return name === '' ? null : uriProblem(`${name}_`);
}

function segmentProblem(segment: string): UriProblem | null {
  if (segment === '') return 'empty_segment';
  if (segment === '.' || segment === '..') return 'dot_segment';
  if (segment.length > SEGMENT_BYTES || Buffer.byteLength(segment) > SEGMENT_BYTES) return 'long_segment';
  const last = segment.charCodeAt(segment.length - 1);
  if (last === DOT || last === SPACE) return 'trailing';
  const first = segment.charCodeAt(0);
  if (first === DOT && segment.slice(0, OWN_PREFIX.length).toLowerCase() === OWN_PREFIX) return 'own';
  return isDevice(segment) ? 'device' : null;
}

/** Windows takes the part before the first dot for the name, without the spaces at its end. */
function isDevice(segment: string): boolean {
  const dot = segment.indexOf('.');
  const base = dot < 0 ? segment : segment.slice(0, dot);
  return base.length <= 32 && DEVICES.has(base.trimEnd().toLowerCase());
}
