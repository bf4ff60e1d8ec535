/** Chooses what all pages look at: everything of the host, one daemon, or the main process. */
import type { ReactNode } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { useHost, useHostState, useManifests } from '../model/host-context.ts';
import { messages } from './messages.ts';
import { hashOf, navigate, presentRoute, useRoute } from './route.ts';
import { scopeIn } from './view.ts';
import { ALL } from './view-keys.ts';

export function ScopePicker(): ReactNode {
  const host = useHost();
  const manifests = useManifests();
  const daemons = useHostState((state) => state.daemons);
  const route = useRoute();
  const { scope } = scopeIn(route, daemons);
  const choose = (next: string) => {
    const { path, query } = presentRoute();
    const { scope: _, ...rest } = query;
    if (path[0] !== 'daemon') return navigate(hashOf(host, path, { ...rest, scope: next }));
    // The page of a daemon is about that one: another one has a page of its own, and all of them are on the Overview.
    if (next === ALL) return navigate(hashOf(host, [], { scope: ALL }));
    return navigate(hashOf(host, ['daemon', next, ...path.slice(2, 3)]));
  };
  const ids = manifests.map(({ id }) => id);
  const own = manifests.filter(({ internal }) => !internal).map(({ id }) => id);
  const others = [...ids.filter((id) => !own.includes(id)), MAIN_SOURCE];
  return (
    <select
      className="h-control min-w-0 shrink rounded-md border border-line bg-surface px-1.5 text-sm font-medium hover:bg-hover"
      aria-label={messages.scope}
      value={scope ?? ALL}
      onChange={(event) => choose(event.target.value)}
    >
      <option value={ALL}>{messages.everything}</option>
      <optgroup label={messages.daemons}>
        {own.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </optgroup>
      <optgroup label={messages.itself}>
        {others.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
