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
  /** What is said is kept for those who are on it. */
  history: 1 << 16,
} as const;

/** Letter of each flag, in the order in which modes are shown. */
export const CMODE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['C', CMODE.noCtcp],
  ['H', CMODE.history],
  ['K', CMODE.noKnock],
  ['M', CMODE.accountsSpeak],
  ['N', CMODE.noNotice],
  ['O', CMODE.opersOnly],
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

/** Letters of the modes that are lists of masks; CHANMODES type A. */
export const LIST_MODES = 'beI';

/** Status bits of a member of a channel. */
export const STATUS = { op: 1 << 1, voice: 1 << 0 } as const;

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
} as const;

/**
 * Modes that a server asks of its own clients alone. Elsewhere their letters mean something else (`g` of ircu), or are another
 * server's business: what a server of another make says of them is passed on as it came.
 */
const OWN_UMODES = UMODE.noPrivate | UMODE.accountsReach | UMODE.deaf | UMODE.callerId;

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
  ['d', UMODE.deaf],
  ['g', UMODE.callerId],
  ['i', UMODE.invisible],
  ['o', UMODE.oper],
  ['w', UMODE.wallops],
  ['x', UMODE.cloaked],
]);
