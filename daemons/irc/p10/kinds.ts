/**
 * The three kinds of servers on a P10 network and what each can hold. What a peer cannot hold is decided before it is sent:
 * it kills whom it cannot hold, and cuts other text without a word. Figures of ircu were seen on Undernet's 2.10.12.19.
 */

/** `signalbox` is our own; `ircu` is also every server that does not say what it is. */
export type PeerKind = 'signalbox' | 'nefarious' | 'ircu';

/** What one kind of server holds. Lengths are in bytes. */
export interface KindLimits {
  /** A longer nick is killed there. */
  readonly nick: number;
  /** These are cut there. */
  readonly username: number;
  readonly realname: number;
  readonly topic: number;
  readonly away: number;
  readonly account: number;
  /** Channel modes that take an argument whether they are set or taken away. */
  readonly modesWithArgument: string;
  /** Those of them that are the status of a member, who is named by numeric; highest first. */
  readonly status: string;
  /** Channel modes that take one only when they are set. */
  readonly modesWithArgumentWhenSet: string;
  /** Channel modes without argument that it knows. */
  readonly flags: string;
  /** Those of them that mean another thing there than here: `Q` of Nefarious hides why somebody leaves. */
  readonly otherFlags: string;
  /** User modes without argument that it knows, beside those that have the same meaning everywhere. */
  readonly userModes: string;
}

/** The longest nick that servers of every kind hold. Where one of another kind is, all keep to it: it kills for a longer one. */
export const SHORT_NICK = 15;

/** Our own kind holds whatever the settings of the network allow. */
const AS_SET = Number.MAX_SAFE_INTEGER;

/** What a server of a kind holds. @param halfops whether one of Nefarious has them, which is a setting there */
export function limitsOf(kind: PeerKind, halfops: boolean): KindLimits {
  const limits = KIND_LIMITS[kind];
  return halfops && kind === 'nefarious' ? { ...limits, status: 'ohv' } : limits;
}

/** By kind. A mode that a kind does not know takes no argument there, so its argument would become another mode's. */
export const KIND_LIMITS: Readonly<Record<PeerKind, KindLimits>> = {
  signalbox: {
    nick: AS_SET,
    username: AS_SET,
    realname: AS_SET,
    topic: AS_SET,
    away: AS_SET,
    account: AS_SET,
    modesWithArgument: 'ovqahbeIk',
    status: 'qaohv',
    modesWithArgumentWhenSet: 'lLfH',
    flags: 'CDKMNOPQSTZcimnprst',
    otherFlags: '',
    userModes: 'BDHILRWXadgkpqz',
  },
  nefarious: {
    nick: SHORT_NICK,
    username: 10,
    realname: 50,
    topic: 250,
    away: 250,
    account: 15,
    modesWithArgument: 'ovhbekAU',
    status: 'ov',
    modesWithArgumentWhenSet: 'lL',
    flags: 'CDMNOQSTZacdimnprstu',
    otherFlags: 'Q',
    userModes: 'BDHILRWXadgkpqz',
  },
  ircu: {
    nick: SHORT_NICK,
    username: 10,
    realname: 50,
    topic: 160,
    away: 160,
    account: 12,
    modesWithArgument: 'ovbkAU',
    status: 'ov',
    modesWithArgumentWhenSet: 'l',
    flags: 'CDcdimnprst',
    otherFlags: '',
    userModes: 'dgk',
  },
};
