/** Says what is wrong with the scope or the range of time that stands in the address, and what is shown instead. */
import type { ReactNode } from 'react';
import { useHostState } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { messages } from './messages.ts';
import { hashOf, navigate, useRoute } from './route.ts';
import { LIVE, rangeIn, rangeQuery, scopeIn } from './view.ts';
import { ALL, withoutTime } from './view-keys.ts';

export function ViewMistakes(): ReactNode {
  const route = useRoute();
  const daemons = useHostState((state) => state.daemons);
  const known = useHostState((state) => state.host !== null);
  const time = rangeIn(route.query).mistake;
  // Which daemons there are is known once the host has said so.
  const scope = known ? scopeIn(route, daemons).mistake : null;
  if (time === null && scope === null) return null;
  const mend = () => {
    const query = { ...route.query, ...(scope === null ? {} : { scope: ALL }) };
    const mended = time === null ? query : { ...withoutTime(query), ...rangeQuery(LIVE) };
    navigate(hashOf({ id: route.host ?? '' }, route.path, mended), { replace: true });
  };
  return (
    <div className="px-page-x pt-page-y">
      <Callout
        tone="warn"
        urgent
        title={messages.badView}
        action={<Button onClick={mend}>{messages.mendView}</Button>}
      >
        {[time, scope].filter((mistake) => mistake !== null).join(' ')}
      </Callout>
    </div>
  );
}
