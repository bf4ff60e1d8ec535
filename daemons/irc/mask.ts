/** Masks as IRC has them: globs in which names are the same by IRC's casemapping, and what people type for one. */
import { compileMask as compile, type Mask } from '../runtime/net/mask.ts';
import { fold } from './casemapping.ts';

/** Compiles a mask; the texts it is asked about must be folded by {@link fold}. */
export function compileMask(text: string): Mask {
  return compile(text, fold);
}

/** Completes what a person typed to `nick!user@host`: `bob` becomes `bob!*@*`, `*.org` becomes `*!*@*.org`. */
export function normalizeUserMask(input: string): string {
  const bang = input.indexOf('!');
  const at = input.indexOf('@', bang + 1);
  if (bang !== -1 && at !== -1) {
    return `${input.slice(0, bang) || '*'}!${input.slice(bang + 1, at) || '*'}@${input.slice(at + 1) || '*'}`;
  }
  if (bang !== -1) return `${input.slice(0, bang) || '*'}!${input.slice(bang + 1) || '*'}@*`;
  if (at !== -1) return `*!${input.slice(0, at) || '*'}@${input.slice(at + 1) || '*'}`;
  if (input.includes('.') || input.includes(':')) return `*!*@${input}`;
  return `${input}!*@*`;
}
