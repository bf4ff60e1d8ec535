/** Modes that a channel keeps: `+nt-k`, `+ntl 50`. Read from what people type, and compared with what a channel has. */

import { isValidKey } from '../../irc/names.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import type { ViewChannel } from '../network/view-parts.ts';

/** What is kept, by letter: on with an argument (empty for none), or off. */
export interface ModeLock {
  readonly modes: ReadonlyMap<string, { readonly on: boolean; readonly argument: string }>;
  /** As it is shown: `+nt-k`. */
  readonly text: string;
}

/** Modes without an argument that some server has; others are the affair of members and lists. */
const FLAGS = 'CDMNQTcimnprstuz';

const LONGEST_KEY = 23;

/** Null for what is none. */
export function readModeLock(typed: string): ModeLock | null {
  const [letters = '', ...words] = typed.trim().split(/ +/);
  const modes = new Map<string, { on: boolean; argument: string }>();
  if (!/^[+-]/.test(letters)) return null;
  let on = true;
  let next = 0;
  for (const letter of letters) {
    if (letter === '+' || letter === '-') on = letter === '+';
    else if (letter === 'l') {
      const limit = on ? (words[next++] ?? '') : '';
      if (on && !/^[1-9]\d{0,4}$/.test(limit)) return null;
      modes.set(letter, { on, argument: limit });
    } else if (letter === 'k') {
      const key = on ? (words[next++] ?? '') : '';
      if (on && !isValidKey(key, LONGEST_KEY)) return null;
      modes.set(letter, { on, argument: key });
    } else if (FLAGS.includes(letter)) modes.set(letter, { on, argument: '' });
    else return null;
  }
  return next < words.length ? null : { modes, text: lockText(modes) };
}

function lockText(modes: ModeLock['modes']): string {
  const of = (wanted: boolean) => [...modes].filter(([, { on }]) => on === wanted).map(([letter]) => letter);
  const [plus, minus] = [of(true), of(false)];
  const args = plus.map((letter) => modes.get(letter)!.argument).filter((argument) => argument !== '');
  const signs = (plus.length > 0 ? `+${plus.join('')}` : '') + (minus.length > 0 ? `-${minus.join('')}` : '');
  return [signs, ...args].join(' ');
}

/** What has to change for a channel to be as it is kept. @param flags letters that the network knows */
export function lockChanges(lock: ModeLock, channel: ViewChannel, flags: string): LinkModeChange[] {
  const changes: LinkModeChange[] = [];
  for (const [letter, { on, argument }] of lock.modes) {
    if (letter !== 'k' && letter !== 'l' && !flags.includes(letter)) continue;
    const has = channel.modes.get(letter);
    if (on) {
      if (has === argument) continue;
      // A key is taken away before there is another one.
      if (letter === 'k' && has !== undefined) changes.push({ on: false, letter, argument: has });
      changes.push({ on, letter, argument });
    } else if (has !== undefined) changes.push({ on, letter, argument: letter === 'k' ? has : '' });
  }
  return changes;
}
