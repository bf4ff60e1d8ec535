/**
 * The address that history had while it was a page of its own leads to the charts of the process that it names: what is chosen
 * there, over the range that is looked at, or over an hour where that is live.
 */
import { type ReactNode, useLayoutEffect } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { useHost, useManifests } from '../model/host-context.ts';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { rangeIn, rangeQuery, useScope } from '../shell/view.ts';
import { withoutTime } from '../shell/view-keys.ts';

export function HistoryAddress(): ReactNode {
  const host = useHost();
  const manifests = useManifests();
  const { query } = useRoute();
  const scope = useScope();
  // Before anything is painted: an empty page would be seen for a frame.
  useLayoutEffect(() => {
    const { source, metrics, scope: _, ...rest } = query;
    const first = manifests.find((manifest) => !manifest.internal)?.id ?? MAIN_SOURCE;
    const { range, mistake } = rangeIn(query);
    const time = range.kind === 'live' && mistake === null ? rangeQuery({ kind: 'recent', name: '1h' }) : {};
    navigate(
      hashOf(host, ['daemon', source ?? scope ?? first, 'live'], {
        ...(Object.keys(time).length > 0 ? withoutTime(rest) : rest),
        // A comma alone stood for none.
        metrics: metrics === undefined || metrics === ',' ? '' : metrics,
        ...time,
      }),
      { replace: true },
    );
  }, [host, manifests, query, scope]);
  return null;
}
