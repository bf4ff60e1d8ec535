/** Whoever knows passwords that are not kept here alone, such as a Keycloak. Asked by `Logins` and SASL; services have one. */
import type { LoginOrigin, MORE_MECHANISMS } from '../../contract/accounts.ts';
import type { LoginRefusal, Proof } from './logins.ts';
import type { ScramVerifier } from './sasl/scram.ts';

/** What came of looking at a password, certificate or token. */
export type Verdict =
  /** It is that of an account here, which was made for it where there was none. */
  | { readonly kind: 'right'; readonly account: string; readonly proof: Proof }
  /** @param why for the log: whoever tries is not told */
  | { readonly kind: 'wrong'; readonly why: string }
  /** Whoever tries has proved who they are and is kept out all the same, or it could not be looked at. */
  | { readonly kind: 'refused'; readonly why: LoginRefusal['why']; readonly detail: string };

/** What SCRAM is done with. */
export interface ScramSource {
  readonly verifier: ScramVerifier;
  /** Whoever logs in has proved that they know the password. */
  claim(): Promise<Verdict>;
}

/** Answers null for what is kept here alone: then what is kept here decides. */
export interface PasswordAuthority {
  /** Whether a prepared password is that of a name. */
  password(name: string, password: string, origin: LoginOrigin): Promise<Verdict> | null;
  /** Whose a certificate is that no account here has. */
  certificate(fingerprint: string, origin: LoginOrigin): Promise<Verdict> | null;
  /** What SCRAM is done with for a name; `none` where there is nothing. */
  scram(name: string): Promise<ScramSource | 'none'> | null;
  /** Whose a bearer token is. */
  token(token: string, origin: LoginOrigin): Promise<Verdict> | null;
  /** Mechanisms of SASL beyond those that are always there. */
  readonly mechanisms: readonly (typeof MORE_MECHANISMS)[number][];
}
