/** The processes of a host that run, for what looks at all of them: the Overview, and the Pools and queues page. */
import { useMemo } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { useHost, useHostState, useManifests } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';

/** The processes that run; main runs as long as there is a host. The same array until they are others. */
export function useRunningSources(): readonly SourceModel[] {
  const host = useHost();
  const manifests = useManifests();
  const running = useHostState(({ daemons }) =>
    manifests
      .filter(({ id }) => daemons[id]?.state === 'running' || daemons[id]?.state === 'stopping')
      .map(({ id }) => id)
      .join(' '),
  );
  return useMemo(
    () =>
      [MAIN_SOURCE, ...running.split(' ')].flatMap((id) => {
        const source = host.source(id);
        return source === undefined ? [] : [source];
      }),
    [host, running],
  );
}
