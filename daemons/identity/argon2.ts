/**
 * What a hash of a password costs: RFC 9106's argon2id with one of the settings that OWASP's Password Storage Cheat Sheet takes for equally
 * strong. Of those this one asks for the least memory, which stays in the cache of the processor: it takes two thirds of the time that
 * 19 MiB and two passes take.
 */
export const ARGON2 = { memoryCost: 7_168, timeCost: 5, parallelism: 1 } as const;

const COSTS = `$argon2id$v=19$m=${ARGON2.memoryCost},t=${ARGON2.timeCost},p=${ARGON2.parallelism}$`;

/** Checked where there is no such account, so that the answer takes as long as for a wrong password. */
export const NOBODY = `${COSTS}6MXaWpZMzo1AKtcBM+uydw$ZC3N8rIAYkiObaYWSu7BBngaclHhyvmumCBrRkexzgI`;

/** Whether a hash of argon2 has others: it is made anew when its owner logs in, and takes another time until then. */
export function hasOtherCosts(hash: string): boolean {
  return hash.startsWith('$argon2') && !hash.startsWith(COSTS);
}
