/** Which requests are not even tried, and what their clients are told: by transport, listener, platform and the rules of the configuration. */
import { toLineText } from '../../../contract/line-texts.ts';
import { type Peer, peerText } from '../permissions.ts';
import type { ModeName } from '../protocol/wire.ts';
import { withoutSlash } from '../store/uri.ts';
import type { ConnectionTerms } from './engine.ts';
import type { Serving } from './serving.ts';
import { REFUSALS, type Refusal, withoutNative } from './store-answers.ts';

/** Who asks. */
export interface Asker {
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  /** Whether the token of the listener was proved. */
  readonly proved: boolean;
}

/** Modes that a listener serves only where it is writable. */
const WRITABLE_MODES: ReadonlySet<ModeName> = new Set<ModeName>(['put', 'delete', 'list', 'stat']);
/** How somebody who may changes that, for the log. */
const NOT_WRITABLE = 'the listener is not writable; writable = true in objects.listen lets it be';
/** Of a URI in a line of the log. */
const SHOWN_CHARACTERS = 200;

/** Why a request is refused; null where it may be tried. Each refusal is told to the log, and those by rule are counted. */
export function refusalOfRequest(
  serving: Serving,
  asker: Asker,
  mode: ModeName,
  uri: string,
): Refusal | null {
  const { terms, proved } = asker;
  if (terms.unserved !== undefined) return { status: 'unavailable', message: terms.unserved };
  if (mode === 'authenticate')
    return terms.tokenDigest === null ? told(serving, asker, mode, REFUSALS.noTokenHere) : null;
  if (terms.tokenDigest !== null && !proved)
    return denied(serving, asker, `${mode} without the token`, REFUSALS.tokenFirst);
  const name = withoutSlash(uri);
  if (WRITABLE_MODES.has(mode) && !isWritable(serving, terms))
    return denied(serving, asker, `${mode} of ${shown(name)}: ${NOT_WRITABLE}`, REFUSALS.notWritable);
  if (mode === 'put' || mode === 'delete') {
    if (serving.permissions.mayWrite(name, asker.peer, proved)) return null;
    return denied(serving, asker, `may not write ${shown(name)}`, REFUSALS.mayNotWrite);
  }
  const impossible = impossibleHere(serving, terms, mode);
  if (impossible !== null) return told(serving, asker, mode, impossible);
  // What of a list may be seen is decided entry by entry.
  if (mode === 'list' || serving.permissions.uniform) return null;
  if (serving.permissions.mayRead(name, asker.peer, proved)) return null;
  return denied(serving, asker, `may not read ${shown(name)}`, REFUSALS.mayNotRead);
}

/** Whether FDPASS of what is not there makes an object, as the original programs have it, and whoever asks may write it. */
export function mayCreate(serving: Serving, { terms, peer, proved }: Asker, uri: string): boolean {
  return (
    serving.settings.createOnFdpass &&
    isWritable(serving, terms) &&
    serving.permissions.mayWrite(withoutSlash(uri), peer, proved)
  );
}

/** A reload may take back what a connection was told when it came. */
function isWritable({ settings }: Serving, { writable, listener }: ConnectionTerms): boolean {
  return writable && settings.writable.includes(listener);
}

/** A URI as a line of the log has it: cut, and without what would break the line. */
export function shown(uri: string): string {
  return toLineText(uri.length > SHOWN_CHARACTERS ? `${uri.slice(0, SHOWN_CHARACTERS)}…` : uri);
}

/** Tells the log that a request was refused, and whose it was. */
export function tellOfRefusal(serving: Serving, { terms, peer }: Asker, why: string): void {
  const who = peerText(peer);
  serving.onRefused(terms.client, who === '' ? why : `${who}: ${why}`);
}

function impossibleHere(
  { native, nativeReason }: Serving,
  terms: ConnectionTerms,
  mode: ModeName,
): Refusal | null {
  if (mode === 'fdpass') {
    if (terms.transport !== 'unix') return REFUSALS.fdpassOverTcp;
    if (native === null) return withoutNative('FDPASS', nativeReason);
  }
  if (mode === 'splice') {
    if (terms.tls !== null) return REFUSALS.spliceOverTls;
    if (native === null) return withoutNative('SPLICE', nativeReason);
  }
  return null;
}

function denied(serving: Serving, asker: Asker, why: string, refusal: Refusal): Refusal {
  serving.metrics.denied.add(1);
  tellOfRefusal(serving, asker, why);
  return refusal;
}

function told(serving: Serving, asker: Asker, mode: ModeName, refusal: Refusal): Refusal {
  tellOfRefusal(serving, asker, `${mode}: ${refusal.message}`);
  return refusal;
}
