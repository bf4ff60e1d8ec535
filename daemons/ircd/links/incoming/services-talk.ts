/** `XQ` and `XR`: what servers and services ask each other. What is for this server goes to whoever asked, the rest on its way. */

import type { TokenCode } from './link-line.ts';
import { toWhomItNames } from './passed-on.ts';

/** `XR target word :piece`, an answer. */
export const reply: TokenCode = (line) => {
  const { server, source, params } = line;
  const [target, word = '', piece = ''] = params;
  if (target !== server.state.me.numeric) return toWhomItNames(line);
  if (!('nick' in source)) server.accounts.authority.hear?.(source, word, piece);
  return null;
};
