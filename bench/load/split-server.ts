/** The servers that exist only in a load: their names and numerics, as a server that is loaded has to know them. Used by netsplit.ts and target.ts. */
import { serverNumeric } from '../../daemons/irc/p10/numeric.ts';
import type { BenchServer } from '../links/crowd.ts';

const nameOf = (number: number | string) => `load${number}.load.test`;

/** What they are called, for people. */
export const SERVER_NAMES = `${nameOf(1)}, ${nameOf(2)} and so on`;

/** As many as were asked for, with numerics one after another. */
export function linkedServers(numbers: Readonly<Record<string, number>>): BenchServer[] {
  const { servers = 0, 'first-numeric': first = 0 } = numbers;
  return Array.from({ length: servers }, (_, i) => ({
    name: nameOf(i + 1),
    numeric: serverNumeric(first + i),
  }));
}
