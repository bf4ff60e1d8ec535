/** What members of channels may be beside operator and voiced, as other servers name it by letters. */
import type { EXTRA_STATUS } from '../config.ts';
import type { Translation } from './translation.ts';

const NAME_OF: Readonly<Record<string, (typeof EXTRA_STATUS)[number]>> = {
  q: 'owner',
  a: 'protected',
  h: 'halfop',
};

/** Sets `channel_status`; letters that mean nothing here are passed over. */
export function setStatuses(into: Translation, letters: Iterable<string>, line: number): void {
  const given = new Set(letters);
  const names = Object.entries(NAME_OF).flatMap(([letter, name]) => (given.has(letter) ? [name] : []));
  if (names.length > 0) into.set('channel_status', names, line);
}
