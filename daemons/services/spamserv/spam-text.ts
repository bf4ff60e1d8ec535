/** What a line of a channel is to SpamServ, looked at by itself. Each looks at every character at most a few times. */

/** Colours, bold and the like, as clients write them: `^C1,2`, `^D00ff00` and single characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it is about.
const FORMAT = /\x03(\d{1,2}(,\d{1,2})?)?|\x04[0-9a-fA-F]{0,6}|[\x02\x0f\x11\x16\x1d\x1e\x1f]/g;

/** The words of a line without what only changes their look. */
export function plainText(text: string): string {
  return text.replace(FORMAT, '');
}

/** Whether a line shouts: so many capitals at least, and so much of the whole line, of 100. */
export function isShouting(text: string, least: number, percent: number): boolean {
  let capitals = 0;
  let characters = 0;
  for (const character of text) {
    characters++;
    if (character !== character.toLowerCase()) capitals++;
  }
  return capitals >= least && capitals * 100 >= percent * characters;
}

const ADDRESS = /(^|[^a-z0-9])(https?:\/\/|ftp[.:]|www\.)\S/i;
const CHANNEL = /(^|[^\w&/#])(#[^\s,\p{Cc}]+)/gu;

/**
 * Whether a line advertises: an address of the web or of FTP, or another channel.
 * @param isChannel whether there is a channel of that name, other than the one that it is said on
 */
export function isAdvertisement(text: string, isChannel: (name: string) => boolean): boolean {
  if (ADDRESS.test(text)) return true;
  for (const [, , name] of text.matchAll(CHANNEL)) if (isChannel(trimmed(name!))) return true;
  return false;
}

/** Without what ends a sentence and not a name. */
function trimmed(name: string): string {
  return name.replace(/[.!?:;)\]"']+$/, '');
}

/** Whether one of these words, in small letters, is in a text; words of a channel are few. */
export function holdsWord(text: string, words: readonly string[]): boolean {
  const small = text.toLowerCase();
  return words.some((word) => small.includes(word));
}

/** A number that two lines have in common where they are the same but for small and capital letters (FNV-1a, 32 bits). */
export function lineMark(text: string): number {
  let mark = 0x811c_9dc5;
  const small = text.toLowerCase();
  for (let at = 0; at < small.length; at++) mark = Math.imul(mark ^ small.charCodeAt(at), 0x0100_0193);
  return mark >>> 0;
}
