/**
 * Client capabilities as bits. The three lowest are the ones that change how a relayed message is written: together
 * they are the message's variant, so that each variant is serialized once (see delivery.ts).
 */

/** Bit of each capability. */
export const CAP = {
  messageTags: 1 << 0,
  serverTime: 1 << 1,
  accountTag: 1 << 2,
  multiPrefix: 1 << 3,
  echoMessage: 1 << 4,
  awayNotify: 1 << 5,
  extendedJoin: 1 << 6,
  userhostInNames: 1 << 7,
  setname: 1 << 8,
  inviteNotify: 1 << 9,
  batch: 1 << 10,
  labeledResponse: 1 << 11,
  capNotify: 1 << 12,
  standardReplies: 1 << 13,
} as const;

/** The bits that select a message variant. */
export const VARIANT_BITS = CAP.messageTags | CAP.serverTime | CAP.accountTag;
/** How many variants a message can have. */
export const VARIANTS = VARIANT_BITS + 1;

/**
 * Names on the wire, in the order in which `CAP LS` lists them. `account-tag` and `account-notify` would promise what
 * cannot happen while there are no accounts, so they are not offered.
 */
export const CAPABILITY_NAMES: ReadonlyMap<string, number> = new Map([
  ['away-notify', CAP.awayNotify],
  ['batch', CAP.batch],
  ['cap-notify', CAP.capNotify],
  ['echo-message', CAP.echoMessage],
  ['extended-join', CAP.extendedJoin],
  ['invite-notify', CAP.inviteNotify],
  ['labeled-response', CAP.labeledResponse],
  ['message-tags', CAP.messageTags],
  ['multi-prefix', CAP.multiPrefix],
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
