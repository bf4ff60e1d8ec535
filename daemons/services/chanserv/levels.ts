/** Levels of access to a channel, from 1 to 500, the names of some, and the status that is due to them. */
import { STATUS } from '../../irc/modes.ts';
import { HALFOP } from '../network/view-parts.ts';

/** By name, the lowest first. */
export const LEVELS = { peon: 1, halfop: 150, op: 200, manager: 300, coowner: 400, owner: 500 } as const;

/** Name of a level. */
export type LevelName = keyof typeof LEVELS;

/** Above everybody: a setting of it lets nobody, and operators of the network have it where they act for others. */
export const NOBODY_LEVEL = 501;

const NAMES = Object.entries(LEVELS) as [LevelName, number][];

/** As people type it, a name or a number; null for what is none. `pal` is what X3 calls a peon too. */
export function readLevel(word: string): number | null {
  const name = word.toLowerCase();
  if (name === 'pal') return LEVELS.peon;
  if (Object.hasOwn(LEVELS, name)) return LEVELS[name as LevelName];
  const number = /^\d{1,3}$/.test(word) ? Number(word) : 0;
  return number >= LEVELS.peon && number <= LEVELS.owner ? number : null;
}

/** What a level is called: the highest name that it reaches. */
export function levelName(level: number): LevelName | 'nobody' {
  return NAMES.findLast(([, least]) => level >= least)?.[0] ?? 'nobody';
}

/** A level as it is shown: `op`, or `op (210)`. */
export function levelText(level: number): string {
  const name = levelName(level);
  return name !== 'nobody' && LEVELS[name] === level ? name : `${name} (${level})`;
}

/** The levels that are called by a name: from its own to below the next one. */
export function levelRange(name: LevelName): { readonly least: number; readonly most: number } {
  const at = NAMES.findIndex(([one]) => one === name);
  return { least: LEVELS[name], most: (NAMES[at + 1]?.[1] ?? NOBODY_LEVEL) - 1 };
}

/** `STATUS` bits of a level. Where the network has no halfops they have voice. */
export function statusOfLevel(level: number, hasHalfops: boolean): number {
  if (level >= LEVELS.op) return STATUS.op;
  if (level >= LEVELS.halfop && hasHalfops) return HALFOP;
  return level >= LEVELS.peon ? STATUS.voice : 0;
}
