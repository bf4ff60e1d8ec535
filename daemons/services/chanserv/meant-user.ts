/** Whom USET is about: whoever asks, or somebody below them who is named first. */
import { below, isRefusal } from './access-commands.ts';
import { type ChanUse, type NotDone, refuse } from './chan-row.ts';
import type { ChanWorld } from './chan-world.ts';
import { LEVELS } from './levels.ts';
import type { ChannelUser } from './registered-channel.ts';

/**
 * @param isSetting whether a word is the name of a setting, and not of a person
 * @returns the user, and the place of the word behind
 */
export function meantUser(
  world: ChanWorld,
  use: ChanUse,
  isSetting: (word: string) => boolean,
): { readonly user: ChannelUser; readonly next: number } | NotDone {
  const [word] = use.words;
  if (word === undefined || isSetting(word)) return { user: use.access!, next: 0 };
  const isPerson = word.startsWith('*') || use.call.byNick(word) !== undefined;
  if (!isPerson) return { user: use.access!, next: 0 };
  if (use.level < LEVELS.manager) return refuse('Only managers change settings of others.');
  const found = below(world, use, word);
  return isRefusal(found) ? found : { user: found.user, next: 1 };
}
