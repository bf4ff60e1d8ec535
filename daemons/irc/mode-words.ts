/** Changes of modes as lines have them: letters with their signs, then the arguments in the order of the letters. */

/** One change; the argument is empty for a mode without. */
export interface ModeWord {
  readonly on: boolean;
  readonly letter: string;
  readonly argument: string;
}

/** What one line holds. */
export interface ModeRoom {
  /** Bytes of letters and arguments together. */
  readonly bytes: number;
  /** Arguments; any number where absent. */
  readonly mostArguments?: number;
  /** Bytes of a text in the encoding of the line. */
  sizeOf(text: string): number;
}

/** The changes in as few pieces as hold them; one that alone is too long has a piece of its own. */
export function modeWords(changes: readonly ModeWord[], room: ModeRoom): string[] {
  const { bytes, mostArguments = Number.POSITIVE_INFINITY } = room;
  const pieces: string[] = [];
  let letters = '';
  let args = '';
  let count = 0;
  let sign = '';
  for (const { on, letter, argument } of changes) {
    const more = argument === '' ? '' : ` ${argument}`;
    const isFull =
      letters.length + 2 + room.sizeOf(args + more) > bytes || (more !== '' && count === mostArguments);
    if (letters !== '' && isFull) {
      pieces.push(letters + args);
      letters = '';
      args = '';
      count = 0;
      sign = '';
    }
    const wanted = on ? '+' : '-';
    if (wanted !== sign) letters += wanted;
    sign = wanted;
    letters += letter;
    args += more;
    if (more !== '') count++;
  }
  if (letters !== '') pieces.push(letters + args);
  return pieces;
}
