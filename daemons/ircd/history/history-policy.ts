/** Who may read what was said, in the words in which it is told. Called by whoever tells it: JOIN, and the commands of administrators. */
import type { IrcdConfig } from '../config.ts';

/** What the settings say of it. */
type Policy = Pick<IrcdConfig['history'], 'readers' | 'operators_read'>;

/** Whoever reads it, to follow "for". */
export function readersText({ readers, operators_read: operators }: Policy): string {
  const members =
    readers === 'members'
      ? 'everybody who is on it, also what was said before they came'
      : 'those who are on it, from when they came';
  return operators ? `${members}, and operators of the server` : members;
}
