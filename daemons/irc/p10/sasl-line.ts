/**
 * The exchange of one client with services, as Nefarious carries it: `SASL target server!session step data [more]`. A piece has at
 * most 400 bytes of base64. Pure; called by whoever keeps a link.
 */
import { type P10Line, writeLine } from './line.ts';
import { isServerNumeric } from './numeric.ts';

/**
 * `S` begins by a mechanism, `H` says where the client is, `C` goes on, `L` names the account, `M` the mechanisms that there are, and
 * `D` ends it (`S` as a success, `F` failed, `A` abandoned).
 */
export type SaslStep = 'S' | 'H' | 'C' | 'L' | 'M' | 'D';

export interface SaslLine {
  /** Numeric of a server, or `*` for whoever knows the accounts. */
  readonly target: string;
  /** Numeric of the server of the client. */
  readonly home: string;
  /** What it calls the exchange. */
  readonly session: string;
  readonly step: SaslStep;
  readonly data: string;
  /** Of `S` the fingerprint of a certificate, of `L` since when the account exists; absent for none. */
  readonly more: string | undefined;
}

/** Reads the parameters of `SASL`; null where they are none. */
export function readSasl({ params }: P10Line): SaslLine | null {
  const [target = '', token = '', step = '', data, more] = params;
  const mark = token.indexOf('!');
  const home = token.slice(0, Math.max(0, mark));
  if ((target !== '*' && !isServerNumeric(target)) || !isServerNumeric(home)) return null;
  if (!/^[SHCLMD]$/.test(step) || data === undefined) return null;
  return { target, home, session: token.slice(mark + 1), step: step as SaslStep, data, more };
}

/** @param source numeric of the server that says it. */
export function writeSasl(source: string, { target, home, session, step, data, more }: SaslLine): string {
  const words = [target, `${home}!${session}`, step];
  return more === undefined
    ? writeLine(source, 'SASL', words, data)
    : writeLine(source, 'SASL', [...words, data], more);
}
