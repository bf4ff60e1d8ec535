/**
 * The modes of channels, of their members and of users: their bits and their letters, as clients and server links name
 * them. The state holds the bits; `daemons/ircd/modes` says who may change them.
 */

/**
 * Flag bits of channel modes without parameter (RFC 2811 section 4). Those that it does not know have the letters and the meaning
 * of ircu and Nefarious, so that links carry them.
 */
export const CMODE = {
  inviteOnly: 1 << 0,
  moderated: 1 << 1,
  noExternal: 1 << 2,
  private: 1 << 3,
  secret: 1 << 4,
  topicLocked: 1 << 5,
  noCtcp: 1 << 6,
  /** Messages with colours are refused. */
  noColour: 1 << 7,
  /** Formatting is taken out of messages. */
  stripped: 1 << 8,
  /** Only who has an account may enter. */
  accountsOnly: 1 << 9,
  /** Only who has an account, or a status, may speak. */
  accountsSpeak: 1 << 10,
  /** Only who is connected by TLS may enter. */
  tlsOnly: 1 << 11,
  /** Only operators of the network may enter. */
  opersOnly: 1 << 12,
  noNotice: 1 << 13,
  /** What is said to several targets at once is refused. */
  noLists: 1 << 14,
  noKnock: 1 << 15,
  /** Has the mode `H`, which is a text: what is said is kept for those who are on it. */
  history: 1 << 16,
  /** Nobody is kicked. */
  noKicks: 1 << 17,
  /** It stays while nobody is on it. */
  permanent: 1 << 18,
  /** Has the mode `f`, which is a text: so one look at the bits tells that. */
  flood: 1 << 19,
  /** Who enters is seen when they say something. */
  delayed: 1 << 20,
  /** Somebody on it is not seen yet. It has no letter: it goes when the last of them is. */
  hiding: 1 << 21,
} as const;

/** Letter of each flag, in the order in which modes are shown. */
export const CMODE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['C', CMODE.noCtcp],
  ['D', CMODE.delayed],
  ['K', CMODE.noKnock],
  ['M', CMODE.accountsSpeak],
  ['N', CMODE.noNotice],
  ['O', CMODE.opersOnly],
  ['P', CMODE.permanent],
  ['Q', CMODE.noKicks],
  ['S', CMODE.stripped],
  ['T', CMODE.noLists],
  ['Z', CMODE.tlsOnly],
  ['c', CMODE.noColour],
  ['i', CMODE.inviteOnly],
  ['m', CMODE.moderated],
  ['n', CMODE.noExternal],
  ['p', CMODE.private],
  ['r', CMODE.accountsOnly],
  ['s', CMODE.secret],
  ['t', CMODE.topicLocked],
]);

/**
 * Modes that are a text, which is given when they are set alone: `H` how much is kept of what is said, `L` a channel for those who may not
 * enter, `f` how much of what is too much. CHANMODES type C, as `l` is.
 */
export const TEXT_MODES = ['H', 'L', 'f'] as const;
export type TextMode = (typeof TEXT_MODES)[number];

/** Whether a letter is one of them. */
export function isTextMode(letter: string): letter is TextMode {
  return letter === 'H' || letter === 'L' || letter === 'f';
}

/** Letters of the modes that are lists of masks; CHANMODES type A. */
export const LIST_MODES = 'beI';

/**
 * Status bits of a member of a channel. Each is greater than all below it together: of two members the one whose bits are the
 * greater number ranks higher, and `bits >= STATUS.op` are those of an operator or of whoever ranks above one.
 */
export const STATUS = {
  owner: 1 << 4,
  protected: 1 << 3,
  op: 1 << 2,
  halfop: 1 << 1,
  voice: 1 << 0,
} as const;

/** All of them. */
export const ALL_STATUS = (1 << 5) - 1;

/** Letter of each status, the highest first. */
export const STATUS_LETTERS: ReadonlyMap<string, number> = new Map([
  ['q', STATUS.owner],
  ['a', STATUS.protected],
  ['o', STATUS.op],
  ['h', STATUS.halfop],
  ['v', STATUS.voice],
]);

/** What stands before a nick for each status, in the order of {@link STATUS_LETTERS}. */
const SIGNS: readonly (readonly [string, number])[] = Array.from(STATUS_LETTERS.values(), (bit, at) => [
  '~&@%+'.charAt(at),
  bit,
]);

const SIGNS_OF: readonly string[] = Array.from({ length: ALL_STATUS + 1 }, (_, bits) =>
  SIGNS.map(([sign, bit]) => ((bits & bit) === 0 ? '' : sign)).join(''),
);

/** The signs of some status bits, highest first. */
export function statusSigns(bits: number): string {
  return SIGNS_OF[bits] ?? '';
}

/** The letters of some status bits, highest first. */
export function statusLetters(bits: number): string {
  let letters = '';
  for (const [letter, bit] of STATUS_LETTERS) if ((bits & bit) !== 0) letters += letter;
  return letters;
}

/** The bits that some letters are of; other letters are passed over. */
export function statusBits(letters: string): number {
  let bits = 0;
  for (const letter of letters) bits |= STATUS_LETTERS.get(letter) ?? 0;
  return bits;
}

/**
 * The least rank that one needs to be written to with a sign before the channel, as in `@#channel`; 0 where the first character
 * is none (ISUPPORT STATUSMSG).
 */
export function leastOf(target: string): number {
  const code = target.charCodeAt(0);
  // Most targets are channels and nicks.
  if (code === 0x23) return 0;
  for (let i = 0; i < SIGNS.length; i++) if (SIGNS[i]![0].charCodeAt(0) === code) return SIGNS[i]![1];
  return 0;
}

/**
 * The least rank of whoever may give or take a status, and kick whoever has nothing above it (as InspIRCd and UnrealIRCd have it):
 * owners are over owners and the protected, operators over each other and halfops, halfops over everybody else.
 */
export function rankOver(bits: number): number {
  if (bits >= STATUS.protected) return STATUS.owner;
  return bits >= STATUS.halfop ? STATUS.op : STATUS.halfop;
}

/** Bits of user modes. */
export const UMODE = {
  invisible: 1 << 0,
  oper: 1 << 1,
  wallops: 1 << 2,
  bot: 1 << 3,
  cloaked: 1 << 4,
  /** Takes no private messages. */
  noPrivate: 1 << 5,
  /** Hears in private only who has an account. */
  accountsReach: 1 << 6,
  /** Hears nothing that is said on channels. */
  deaf: 1 << 7,
  /** Hears in private only whom it has accepted (caller id). */
  callerId: 1 << 8,
  /** Hears in private only who is connected by TLS. */
  tlsReach: 1 << 9,
  /** Is connected by TLS. Their server says so, and nobody sets or takes it. */
  secure: 1 << 10,
  /** An operator who gets notices of the kinds that they chose. */
  notices: 1 << 11,
} as const;

/**
 * Modes that a server asks of its own clients alone. Elsewhere their letters mean something else (`g` of ircu), or are another
 * server's business: what a server of another make says of them is passed on as it came.
 */
const OWN_UMODES =
  UMODE.noPrivate | UMODE.accountsReach | UMODE.tlsReach | UMODE.deaf | UMODE.callerId | UMODE.notices;

/** The bit of a letter as another server says it. @param foreign whether that is of another make */
export function saidUserMode(letter: string, foreign: boolean): number | undefined {
  const bit = UMODE_LETTERS.get(letter);
  return foreign && bit !== undefined && (bit & OWN_UMODES) !== 0 ? undefined : bit;
}

/** Letter of each user mode, in the order in which modes are shown. */
export const UMODE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['B', UMODE.bot],
  ['D', UMODE.noPrivate],
  ['R', UMODE.accountsReach],
  ['Z', UMODE.tlsReach],
  ['d', UMODE.deaf],
  ['g', UMODE.callerId],
  ['i', UMODE.invisible],
  ['o', UMODE.oper],
  ['s', UMODE.notices],
  ['w', UMODE.wallops],
  ['x', UMODE.cloaked],
  ['z', UMODE.secure],
]);
