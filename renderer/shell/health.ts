/**
 * How what is looked at is, in one sentence, with which the status bar begins; and that something else needs a person. Daemons that
 * were stopped are no trouble.
 */
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

/** What is looked at: everything of a host, or one of its daemons. */
export interface Scope {
  readonly host: string;
  readonly daemon: string | null;
}

/** How what is looked at is; null where the window has no such host. */
export function healthOf(hosts: readonly HostNow[], scope: Scope): Health | null {
  const own = hosts.filter(({ host }) => host.id === scope.host);
  const [first] = own;
  if (first === undefined) return null;
  return unheard(own, hosts.length > 1) ?? daemonHealth(hosts, scope);
}

/** What needs a person outside of what is looked at; null where nothing does. */
export function troubleElsewhere(hosts: readonly HostNow[], scope: Scope): Health | null {
  const lost = unheard(
    hosts.filter(({ host }) => host.id !== scope.host),
    true,
  );
  if (lost !== null) return lost;
  const heard = hosts.filter(({ state }) => hostGoneSince(state) === null);
  return worstOf(
    hosts,
    knownOf(heard, (one) => !isIn(scope, one)),
    true,
    (ids, word) => messages.elsewhere(ids, word),
  );
}

/** A host that is not heard, before all that is known of its daemons. */
function unheard(hosts: readonly HostNow[], isNamed: boolean): Health | null {
  const lost = hosts.filter(({ state }) => hostGoneSince(state) !== null);
  const [gone] = lost;
  if (gone !== undefined) {
    const names = lost.map(({ host }) => host.name);
    const text = isNamed ? messages.lostHosts(names) : messages.lost;
    return { icon: 'error', tone: 'text-bad', text, host: gone.host.id, path: [] };
  }
  const late = hosts.find(({ state }) => state.connection.phase === 'connecting');
  if (late === undefined || isNamed) return null;
  return { icon: 'clock', tone: 'text-dim', text: messages.connecting, host: late.host.id, path: [] };
}

interface Known {
  readonly host: string;
  readonly daemon: DaemonSnapshot;
  readonly condition: ConditionName;
  readonly isInternal: boolean;
}

function isIn(scope: Scope, { host, daemon }: Known): boolean {
  return host === scope.host && (scope.daemon === null || scope.daemon === daemon.id);
}

function knownOf(hosts: readonly HostNow[], fits: (one: Known) => boolean): readonly Known[] {
  return hosts.flatMap(({ host, state }) => {
    const internal = new Set(state.host?.manifests.filter((one) => one.internal).map(({ id }) => id));
    return Object.values(state.daemons)
      .map(
        (daemon): Known => ({
          host: host.id,
          daemon,
          condition: conditionOf(daemon),
          isInternal: internal.has(daemon.id),
        }),
      )
      .filter(fits);
  });
}

/** The worst of what is not as it should be, or only of what needs a person; null where all is well. */
function worstOf(
  hosts: readonly HostNow[],
  all: readonly Known[],
  onlyTrouble: boolean,
  say: (ids: readonly string[], word: string) => string,
): Health | null {
  const models = hosts.map(({ host }) => host);
  for (const { names, word } of SAID) {
    const those = all.filter(({ condition }) => names.includes(condition));
    const [one] = those;
    if (one === undefined) continue;
    const { icon, tone, isTrouble } = CONDITION_LOOKS[one.condition];
    if (onlyTrouble && !isTrouble) return null;
    const ids = those.map(({ host, daemon }) => named(models, host, daemon.id));
    const text = say(ids, word(those.length));
    return { icon, tone, text, host: one.host, path: ['daemon', one.daemon.id] };
  }
  return null;
}

function daemonHealth(hosts: readonly HostNow[], scope: Scope): Health {
  // Of those that work for Signalbox itself only trouble is news, unless one is looked at.
  const all = knownOf(
    hosts,
    (one) =>
      isIn(scope, one) &&
      (!one.isInternal || scope.daemon !== null || CONDITION_LOOKS[one.condition].isTrouble),
  );
  const worst = worstOf(hosts, all, false, (ids, word) =>
    scope.daemon === null
      ? messages.someAre(ids.length, all.length, word, ids)
      : messages.thoseAre(ids, word),
  );
  if (worst !== null) return worst;
  const up = all.filter(({ condition }) => condition === 'running').length;
  const condition = up > 0 ? 'running' : 'stopped';
  const { icon, tone } = CONDITION_LOOKS[condition];
  const { host, daemon } = scope;
  if (daemon === null) return { icon, tone, text: messages.someRun(up, all.length), host, path: [] };
  const ids = all.map((one) =>
    named(
      hosts.map((now) => now.host),
      host,
      one.daemon.id,
    ),
  );
  return { icon, tone, text: messages.thoseAre(ids, STATE_WORDS[condition]), host, path: ['daemon', daemon] };
}
