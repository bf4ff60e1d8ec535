/** How the daemons of the window are, in one sentence: what the status bar begins with. Daemons that were stopped are no trouble. */
import type { DaemonSnapshot } from '../../contract/states.ts';
import { type HostNow, named } from '../model/hosts.ts';
import { STATE_WORDS } from '../model/messages.ts';
import { hostGoneSince } from '../model/staleness.ts';
import type { IconName } from '../ui/icons.tsx';
import { CONDITION_LOOKS, type ConditionName, conditionOf } from './daemon-conditions.ts';
import { messages } from './messages.ts';

export interface Health {
  readonly icon: IconName;
  /** Class of its colour. */
  readonly tone: string;
  readonly text: string;
  /** What it speaks of first: a host, and parts of the path within it. */
  readonly host: string;
  readonly path: readonly string[];
}

/** What is said before anything else, worst first: each is a sentence of its own. */
const SAID: readonly {
  readonly names: readonly ConditionName[];
  readonly word: (count: number) => string;
}[] = [
  { names: ['failed'], word: () => STATE_WORDS.failed },
  { names: ['crashed', 'backoff'], word: () => STATE_WORDS.crashed },
  { names: ['unresponsive'], word: messages.noAnswer },
  { names: ['starting'], word: () => STATE_WORDS.starting },
  { names: ['stopping'], word: () => STATE_WORDS.stopping },
];

/** Null of no host at all. */
export function healthOf(hosts: readonly HostNow[]): Health | null {
  const [first] = hosts;
  if (first === undefined) return null;
  return unheard(hosts) ?? daemonHealth(hosts, first.host.id);
}

/** A host that is not heard, before all that is known of the others. */
function unheard(hosts: readonly HostNow[]): Health | null {
  const lost = hosts.filter(({ state }) => hostGoneSince(state) !== null);
  const [gone] = lost;
  if (gone !== undefined) {
    const names = lost.map(({ host }) => host.name);
    const text = hosts.length === 1 ? messages.lost : messages.lostHosts(names);
    return { icon: 'error', tone: 'text-bad', text, host: gone.host.id, path: [] };
  }
  const late = hosts.find(({ state }) => state.connection.phase === 'connecting');
  if (late === undefined || hosts.length > 1) return null;
  return { icon: 'clock', tone: 'text-dim', text: messages.connecting, host: late.host.id, path: [] };
}

interface Known {
  readonly host: string;
  readonly daemon: DaemonSnapshot;
  readonly condition: ConditionName;
}

function daemonHealth(hosts: readonly HostNow[], firstHost: string): Health {
  const models = hosts.map(({ host }) => host);
  const all = hosts.flatMap(({ host, state }): Known[] => {
    const internal = new Set(state.host?.manifests.filter((one) => one.internal).map(({ id }) => id));
    // Of those that work for Signalbox itself only trouble is news.
    return Object.values(state.daemons)
      .map((daemon) => ({ host: host.id, daemon, condition: conditionOf(daemon) }))
      .filter(({ daemon, condition }) => !internal.has(daemon.id) || CONDITION_LOOKS[condition].isTrouble);
  });
  for (const { names, word } of SAID) {
    const those = all.filter(({ condition }) => names.includes(condition));
    const [one] = those;
    if (one === undefined) continue;
    const ids = those.map(({ host, daemon }) => named(models, host, daemon.id));
    const { icon, tone } = CONDITION_LOOKS[one.condition];
    const text = messages.someAre(those.length, all.length, word(those.length), ids);
    return { icon, tone, text, host: one.host, path: ['daemon', one.daemon.id] };
  }
  const up = all.filter(({ condition }) => condition === 'running').length;
  const { icon, tone } = CONDITION_LOOKS[up > 0 ? 'running' : 'stopped'];
  return { icon, tone, text: messages.someRun(up, all.length), host: firstHost, path: [] };
}
