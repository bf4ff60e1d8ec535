/**
 * The modes of channels, of their members and of users: their bits and their letters, as clients and server links name
 * them. The state holds the bits; `daemons/ircd/modes` says who may change them.
 */

/** Flag bits of channel modes without parameter (RFC 2811 section 4). */
export const CMODE = {
  inviteOnly: 1 << 0,
  moderated: 1 << 1,
  noExternal: 1 << 2,
  private: 1 << 3,
  secret: 1 << 4,
  topicLocked: 1 << 5,
  noCtcp: 1 << 6,
} as const;

/** Letter of each flag, in the order in which modes are shown. */
export const CMODE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['C', CMODE.noCtcp],
  ['i', CMODE.inviteOnly],
  ['m', CMODE.moderated],
  ['n', CMODE.noExternal],
  ['p', CMODE.private],
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
} as const;

/** Letter of each user mode, in the order in which modes are shown. */
export const UMODE_LETTERS: ReadonlyMap<string, number> = new Map([
  ['B', UMODE.bot],
  ['i', UMODE.invisible],
  ['o', UMODE.oper],
  ['w', UMODE.wallops],
  ['x', UMODE.cloaked],
]);
