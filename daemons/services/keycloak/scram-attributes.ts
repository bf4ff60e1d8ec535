/** SCRAM verifiers that stand in Keycloak, as X3 writes them: attributes of a user, each value in base64 but the rounds. */
import { fromBase64, parseVerifier, type ScramVerifier } from '../../identity/sasl/scram.ts';
import type { KeycloakUser } from './keycloak-shapes.ts';

/** Names of the attributes. */
export const SCRAM_ATTRIBUTES = {
  salt: 'x3_scram_salt',
  iterations: 'x3_scram_iterations',
  storedKey: 'x3_scram_stored_key',
  serverKey: 'x3_scram_server_key',
} as const;

/** Fewer rounds than RFC 7677 asks for are no protection, and with many more a client would compute for minutes. */
const ROUNDS = { least: 4_096, most: 10_000_000 };

/** What a user has; null where it is not there or not whole. */
export function scramVerifierIn({ attributes }: Pick<KeycloakUser, 'attributes'>): ScramVerifier | null {
  const one = (name: string) => attributes[name]?.[0] ?? '';
  const { salt, iterations, storedKey, serverKey } = SCRAM_ATTRIBUTES;
  if (fromBase64(one(salt)) === null) return null;
  const text = `SCRAM-SHA-256$${one(iterations)}:${one(salt)}$${one(storedKey)}:${one(serverKey)}`;
  const verifier = parseVerifier(text);
  if (verifier === null) return null;
  return verifier.iterations >= ROUNDS.least && verifier.iterations <= ROUNDS.most ? verifier : null;
}
