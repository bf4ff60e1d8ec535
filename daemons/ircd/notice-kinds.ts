/**
 * The kinds of notices that operators of this server get, each with the letter that chooses it (user mode `s`): `MODE nick +s bk`,
 * `MODE nick +s -k`. All of what a server tells its operators is of one of these.
 */

/** Bits of the kinds. */
export const NOTICE = {
  /** Bans, exceptions, reserved names and spam filters are set and lifted. */
  bans: 1 << 0,
  /** Clients of this server come and go. */
  clients: 1 << 1,
  /** The daemon itself: its configuration and limits, that it ends, that something is not on disk. */
  daemon: 1 << 2,
  /** Texts that met spam filters. */
  filtered: 1 << 3,
  /** What operators say to each other. */
  globops: 1 << 4,
  /** Somebody is killed. */
  kills: 1 << 5,
  /** Links, and what other servers tell operators. */
  links: 1 << 6,
  /** Who becomes an operator or tries to, and what operators do to users and channels. */
  operators: 1 << 7,
  /** Newcomers who are on a list of bad addresses. */
  suspects: 1 << 8,
} as const;

/** One of them. */
export type NoticeKind = (typeof NOTICE)[keyof typeof NOTICE];

/** Letter of each kind, in the order in which they are shown. */
export const NOTICE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['b', NOTICE.bans],
  ['c', NOTICE.clients],
  ['d', NOTICE.daemon],
  ['f', NOTICE.filtered],
  ['g', NOTICE.globops],
  ['k', NOTICE.kills],
  ['l', NOTICE.links],
  ['o', NOTICE.operators],
  ['s', NOTICE.suspects],
]);

/** What an operator gets who has not chosen: all but who comes and goes, which is most of all that happens. */
export const USUAL_NOTICES = lettersBits('bdfgklos');

function lettersBits(letters: string): number {
  return Array.from(letters).reduce((bits, letter) => bits | (NOTICE_LETTERS.get(letter) ?? 0), 0);
}

/** The letters of some kinds. */
export function noticeLetters(bits: number): string {
  let letters = '';
  for (const [letter, bit] of NOTICE_LETTERS) if ((bits & bit) !== 0) letters += letter;
  return letters;
}

/** What a choice such as `+bk-l` makes of some kinds; what comes before a sign is added. Letters that name none are told. */
export function chooseNotices(
  bits: number,
  word: string,
): { readonly bits: number; readonly unknown: string } {
  let chosen = bits;
  let unknown = '';
  let on = true;
  for (const letter of word) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const bit = NOTICE_LETTERS.get(letter);
    if (bit === undefined) unknown += letter;
    else chosen = on ? chosen | bit : chosen & ~bit;
  }
  return { bits: chosen, unknown };
}
