/**
 * Who a peer is, and whether it may be linked: what is found out before anything of it is believed. Every refusal is a sentence
 * that both sides read. Pure; called by link.ts with what the peer said.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { fold } from '../../irc/casemapping.ts';
import type { PeerKind } from '../../irc/p10/kinds.ts';
import { OWN_KIND_FLAG, type ServerLine } from '../../irc/p10/server-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import type { NetworkState } from '../state/network.ts';
import type { LinkBlock, LinkSecurity } from './link-block.ts';

/** Clocks that differ by more are told of: nicks and channels are decided by time. ircu links all the same, and so do we. */
export const SKEW_SECONDS = 30;

/**
 * Why a server may not be linked, or null.
 * @param password that it gave, with one character for each byte; null for none.
 */
export function refusalOf(
  state: NetworkState,
  block: LinkBlock | null,
  password: string | null,
  server: ServerLine,
  security: LinkSecurity,
): string | null {
  if (block === null) return `no [[ircd.link]] names ${server.name}`;
  if (fold(block.name) !== fold(server.name))
    return `the server is called ${server.name}, and [[ircd.link]] expects ${block.name}`;
  const insecure = insecurityOf(block, security);
  if (insecure !== null) return insecure;
  if (password === null || !samePassword(password, bytesOf(block.password))) return 'the password is wrong';
  return takenBy(state, server.name, server.numeric);
}

/** What a connection lacks that a block asks for, in words; null for nothing. */
function insecurityOf(block: LinkBlock, { tls, fingerprint }: LinkSecurity): string | null {
  if (!tls) {
    if (block.tls) return 'the connection is not encrypted, and tls of its [[ircd.link]] asks for it';
    return block.fingerprint === null
      ? null
      : 'without TLS there is no certificate, and a fingerprint is expected';
  }
  if (block.fingerprint === null || block.fingerprint === fingerprint) return null;
  return fingerprint === null
    ? 'it showed no certificate, and a fingerprint is expected'
    : `its certificate has another SHA-256 fingerprint than expected: ${fingerprint}`;
}

/** Who has a name or a numeric already, in words; null for nobody. */
export function takenBy(state: NetworkState, name: string, numeric: string): string | null {
  if (state.findServer(name) !== undefined) return `a server called ${name} is linked already`;
  const holder = state.serverByNumeric(numeric);
  return holder === undefined ? null : `the numeric ${numeric} is that of ${holder.name}`;
}

/**
 * How far the clock of a peer is from the one here, in words; null where it hardly is.
 * @param nowMs of the clock here, Unix milliseconds.
 */
export function skewOf({ linkSeconds }: ServerLine, nowMs: number): string | null {
  const seconds = Math.round(linkSeconds - nowMs / 1000);
  if (Math.abs(seconds) <= SKEW_SECONDS) return null;
  return `its clock is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead' : 'behind'}`;
}

/** Of equal length by the digests, so that the time says nothing about either. */
function samePassword(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** What a server is; every one that does not say is taken for ircu, which holds the least. */
export function kindOf(block: LinkBlock, { flags }: ServerLine): PeerKind {
  if (block.kind !== 'auto') return block.kind;
  return flags.includes(OWN_KIND_FLAG) ? 'signalbox' : 'ircu';
}
