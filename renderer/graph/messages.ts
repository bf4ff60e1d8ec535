/** What a graph above a table says. */
import { amountOf } from '../format/plural.ts';

export const messages = {
  label: (title: string) => `${title} as a graph`,
  keys: 'Arrows move, Enter shows all of one or those that are put together, a full stop opens actions.',
  /** `linked, 412 users`; `failed: the password is wrong`. */
  well: (state: string, amount: string) => (state === '' ? amount : `${state}, ${amount}`),
  notWell: (state: string, why: string) => (why === '' ? state : `${state}: ${why}`),
  amount: amountOf,
  /** What is read out of a node. */
  whole: (name: string, note: string, lineTitle: string, line: string) =>
    line === '' ? `${name}, ${note}` : `${name}, ${note}, ${lineTitle.toLowerCase()} ${line}`,
};
