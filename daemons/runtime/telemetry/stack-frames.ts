/** Stack traces in the short form that people read in one line: a function with its file from the root of the program on. */

/** Folders of the program; what stands before the last of them names users and machines, and says nothing. */
const ROOTS = /^.*[\\/](?=(?:daemons|main|kit|contract|bench|out|node_modules)[\\/])/;
/** Other folders: what is left is the file and the folder that it is in. */
const OTHERS = /^(?:[a-zA-Z]:)?[\\/].*[\\/](?=[^\\/]+[\\/][^\\/]+$)/;
/** Longest frame that is kept, in characters. */
const FRAME_CHARACTERS = 200;

/**
 * The frames of `stack` (as of `Error.stack`), innermost first, at most `most`. What the program cannot be blamed for, the part
 * of Node that calls it, is left out at the outer end.
 */
export function shortFrames(stack: string, most: number): string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const [, name, place] = /^\s+at (?:(.*) \((.*)\)|.*)$/.exec(line) ?? [];
    const [, bare] = /^\s+at (.*)$/.exec(line) ?? [];
    if (bare === undefined) continue;
    const text = name === undefined ? shortPlace(bare) : `${name} (${shortPlace(place ?? '')})`;
    // The question itself.
    if (!text.startsWith('<anonymous>:')) frames.push(text.slice(0, FRAME_CHARACTERS));
  }
  while (frames.length > 0 && isOfNode(frames.at(-1)!)) frames.pop();
  return frames.slice(0, most);
}

function shortPlace(place: string): string {
  if (place.startsWith('node:') || place.startsWith('<')) return place;
  const awaited = place.startsWith('async ') ? 'async ' : '';
  const path = place.slice(awaited.length).replace(/^file:\/\/(?:\/(?=[a-zA-Z]:))?/, '');
  const short = ROOTS.test(path) ? path.replace(ROOTS, '') : path.replace(OTHERS, '');
  return `${awaited}${short.replaceAll('\\', '/')}`;
}

function isOfNode(frame: string): boolean {
  return /(?:^|\()node:|\(<anonymous>\)$/.test(frame);
}
