/** How daemons and whole hosts are, for the sidebar and the status bar: a shape, a word and a colour, and which of them is worst. */
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import type { HostState } from '../model/host-state.ts';
import { lastKnown, STATE_WORDS } from '../model/messages.ts';
import { hostGoneSince } from '../model/staleness.ts';
import type { IconName } from '../ui/icons.tsx';
import { messages } from './messages.ts';

/** What needs a person most comes first. A daemon that was stopped on purpose says less than one that runs. */
const WORST_FIRST = [
  'failed',
  'crashed',
  'unresponsive',
  'backoff',
  'starting',
  'stopping',
  'running',
  'stopped',
] as const;
export type ConditionName = (typeof WORST_FIRST)[number];

/** How something is, as it is shown. */
export interface Condition {
  readonly icon: IconName;
  /** Class of its colour. */
  readonly tone: string;
  readonly word: string;
  /** Whether a person should look. */
  readonly isTrouble: boolean;
}

export const CONDITION_LOOKS: Readonly<Record<ConditionName, Omit<Condition, 'word'>>> = {
  failed: { icon: 'error', tone: 'text-bad', isTrouble: true },
  crashed: { icon: 'error', tone: 'text-bad', isTrouble: true },
  unresponsive: { icon: 'warning', tone: 'text-warn', isTrouble: true },
  backoff: { icon: 'restart', tone: 'text-warn', isTrouble: true },
  starting: { icon: 'clock', tone: 'text-dim', isTrouble: false },
  stopping: { icon: 'clock', tone: 'text-dim', isTrouble: false },
  running: { icon: 'dot', tone: 'text-good', isTrouble: false },
  stopped: { icon: 'ring', tone: 'text-dim', isTrouble: false },
};

/** The condition of a daemon by name: a running one may not answer. */
export function conditionOf({ state, unresponsive }: DaemonSnapshot): ConditionName {
  return state === 'running' && unresponsive ? 'unresponsive' : state;
}

function wordOf(name: ConditionName): string {
  return name === 'unresponsive' ? messages.unresponsive : STATE_WORDS[name satisfies DaemonState];
}

/** How a daemon is; without colour where nobody can say how it is now. */
export function daemonCondition(daemon: DaemonSnapshot, isCurrent: boolean): Condition {
  const name = conditionOf(daemon);
  const word = wordOf(name);
  const look = CONDITION_LOOKS[name];
  return isCurrent
    ? { ...look, word }
    : { ...look, tone: 'text-dim', word: lastKnown(word), isTrouble: false };
}

/** How the worst off of a host's daemons is, or the host itself where it is not heard; null before it has said anything. */
export function hostCondition(state: HostState): Condition | null {
  if (hostGoneSince(state) !== null)
    return { icon: 'error', tone: 'text-bad', word: messages.lost, isTrouble: true };
  const { phase } = state.connection;
  if (phase === 'signed-out')
    return { icon: 'ring', tone: 'text-dim', word: messages.signedOut, isTrouble: false };
  if (phase !== 'connected')
    return { icon: 'clock', tone: 'text-dim', word: messages.connecting, isTrouble: false };
  return worstOf(Object.values(state.daemons));
}

/** The condition of whoever is worst off, with their names where a person should look; null of nobody. */
export function worstOf(daemons: readonly DaemonSnapshot[]): Condition | null {
  const names = daemons.map(conditionOf);
  const worst = WORST_FIRST.find((name) => names.includes(name));
  if (worst === undefined) return null;
  const look = CONDITION_LOOKS[worst];
  const ids = daemons.filter((_, place) => names[place] === worst).map(({ id }) => id);
  const word = look.isTrouble ? messages.thoseAre(ids, wordOf(worst)) : wordOf(worst);
  return { ...look, word };
}
