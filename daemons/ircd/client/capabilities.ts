/**
 * Client capabilities as bits. The lowest are the ones that change how a relayed message is written, what frames it included:
 * together they are the message's variant, so that each variant is serialized once (see delivery.ts).
 */

/** Bits of a variant from this one on say how it is framed. */
export const FRAMING_SHIFT = 3;

/** Bit of each capability. */
export const CAP = {
  messageTags: 1 << 0,
  serverTime: 1 << 1,
  accountTag: 1 << 2,
  /** The client is sent text frames of a WebSocket. No capability, but it changes what is written as they do. */
  textFrames: 1 << FRAMING_SHIFT,
  /** The client is sent binary frames. */
  binaryFrames: 2 << FRAMING_SHIFT,
  multiPrefix: 1 << 5,
  echoMessage: 1 << 6,
  awayNotify: 1 << 7,
  extendedJoin: 1 << 8,
  userhostInNames: 1 << 9,
  setname: 1 << 10,
  inviteNotify: 1 << 11,
  batch: 1 << 12,
  labeledResponse: 1 << 13,
  capNotify: 1 << 14,
  standardReplies: 1 << 15,
  chghost: 1 << 16,
  accountNotify: 1 << 17,
  sasl: 1 << 18,
  accountRegistration: 1 << 19,
  extendedMonitor: 1 << 20,
  noImplicitNames: 1 << 21,
  preAway: 1 << 22,
  extendedIsupport: 1 << 23,
  messageRedaction: 1 << 24,
  chatHistory: 1 << 25,
  eventPlayback: 1 << 26,
  readMarker: 1 << 27,
  multiline: 1 << 28,
  metadata: 1 << 29,
  channelRename: 1 << 30,
} as const;

/** The bits that say how a message is framed. */
export const FRAMING_BITS = CAP.textFrames | CAP.binaryFrames;
/** The bits that select a message variant. */
export const VARIANT_BITS = CAP.messageTags | CAP.serverTime | CAP.accountTag | FRAMING_BITS;
/** How many variants a message can have: nobody gets frames of both sorts. */
export const VARIANTS = CAP.binaryFrames + CAP.textFrames;

/**
 * Names on the wire, in the order in which `CAP LS` lists them. Those that have to do with accounts are offered only while somebody
 * stands behind them: see `AccountDesk.offers`.
 */
export const CAPABILITY_NAMES: ReadonlyMap<string, number> = new Map([
  ['account-notify', CAP.accountNotify],
  ['account-tag', CAP.accountTag],
  ['away-notify', CAP.awayNotify],
  ['batch', CAP.batch],
  ['cap-notify', CAP.capNotify],
  ['chghost', CAP.chghost],
  ['draft/account-registration', CAP.accountRegistration],
  ['draft/channel-rename', CAP.channelRename],
  ['draft/chathistory', CAP.chatHistory],
  ['draft/event-playback', CAP.eventPlayback],
  ['draft/extended-isupport', CAP.extendedIsupport],
  ['draft/message-redaction', CAP.messageRedaction],
  ['draft/metadata-3', CAP.metadata],
  ['draft/multiline', CAP.multiline],
  ['draft/pre-away', CAP.preAway],
  ['draft/read-marker', CAP.readMarker],
  ['echo-message', CAP.echoMessage],
  ['extended-join', CAP.extendedJoin],
  ['extended-monitor', CAP.extendedMonitor],
  ['invite-notify', CAP.inviteNotify],
  ['labeled-response', CAP.labeledResponse],
  ['message-tags', CAP.messageTags],
  ['multi-prefix', CAP.multiPrefix],
  ['no-implicit-names', CAP.noImplicitNames],
  ['sasl', CAP.sasl],
  ['server-time', CAP.serverTime],
  ['setname', CAP.setname],
  ['standard-replies', CAP.standardReplies],
  ['userhost-in-names', CAP.userhostInNames],
]);

/** The names of the set bits, in `CAP LS` order. */
export function capabilityNames(bits: number): string[] {
  const names: string[] = [];
  for (const [name, bit] of CAPABILITY_NAMES) if ((bits & bit) !== 0) names.push(name);
  return names;
}
