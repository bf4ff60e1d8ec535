/** Which requests are not even tried, and what their clients are told: by transport, listener, platform and the rules of the configuration. */
import type { Peer } from '../permissions.ts';
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

/** Why a request is refused; null where it may be tried. Refusals by rule are counted and told to the log. */
export function refusalOfRequest(
  serving: Serving,
  asker: Asker,
  mode: ModeName,
  uri: string,
): Refusal | null {
  const { terms, proved } = asker;
  if (mode === 'authenticate') return terms.tokenDigest === null ? REFUSALS.noTokenHere : null;
  if (terms.tokenDigest !== null && !proved)
    return denied(serving, asker, `${mode} without the token`, REFUSALS.tokenFirst);
  if (mode === 'put' || mode === 'delete') return refusalOfChange(serving, asker, mode, uri);
  const impossible = impossibleHere(serving, terms, mode);
  // What of a list may be seen is decided entry by entry.
  if (impossible !== null || mode === 'list' || serving.permissions.uniform) return impossible;
  const name = withoutSlash(uri);
  if (serving.permissions.mayRead(name, asker.peer, proved)) return null;
  return denied(serving, asker, `may not read ${name}`, REFUSALS.mayNotRead);
}

function refusalOfChange(serving: Serving, asker: Asker, mode: ModeName, uri: string): Refusal | null {
  const name = withoutSlash(uri);
  if (!asker.terms.writable)
    return denied(serving, asker, `${mode} of ${name}: the listener is not writable`, REFUSALS.notWritable);
  if (serving.permissions.mayWrite(name, asker.peer, asker.proved)) return null;
  return denied(serving, asker, `may not write ${name}`, REFUSALS.mayNotWrite);
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

function denied(serving: Serving, { terms }: Asker, why: string, refusal: Refusal): Refusal {
  serving.metrics.denied.add(1);
  serving.onRefused(terms.client, why);
  return refusal;
}
