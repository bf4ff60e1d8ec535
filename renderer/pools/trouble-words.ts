/** What is wrong with an instrument, in words: apart from what the page of them says, because the overview says it too. */
import type { Trouble } from '../../kit/instrument-trouble.ts';

export const troubleWords = {
  troubles: {
    open: 'open',
    full: 'full',
    refusing: 'refusing',
    filling: 'filling',
    waiting: 'long waits',
  } satisfies Readonly<Record<Exclude<Trouble, 'none'>, string>>,
  troubleHints: {
    open: 'Calls are refused until one that is tried succeeds',
    full: 'There is no room for another one',
    refusing: 'Something was refused or thrown away within the last seconds',
    filling: 'More than 80 % is used',
    waiting: 'One in a hundred waits longer than 100 ms',
  } satisfies Readonly<Record<Exclude<Trouble, 'none'>, string>>,
};
