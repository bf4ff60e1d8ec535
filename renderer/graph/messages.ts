/** What a graph above a table says. */
import { amountOf } from '../format/plural.ts';

export const messages = {
  label: (title: string) => `${title} as a graph`,
  keys: 'Arrows move, Enter shows all of one or those that are put together, a full stop opens actions.',
  /** `linked, 412 users`; `failed: the password is wrong`. */
  well: (state: string, amount: string) => (state === '' ? amount : `${state}, ${amount}`),
  notWell: (state: string, why: string) => (why === '' ? state : `${state}: ${why}`),
  amount: amountOf,
  /** What stands on the line to a node, as it is read out of it: `lag 12 ms`. */
  line: (title: string, text: string) => `${title.toLowerCase()} ${text}`,
};
