/** The settings that a daemon runs with, defaults included. */
import { type ReactNode, useEffect, useState } from 'react';
import type { ControlResults } from '../../daemons/contract/control-api.ts';
import type { Outcome } from '../../daemons/contract/errors.ts';
import { useDashboard, useDashboardState } from '../model/dashboard-context.ts';
import { Callout } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { flattenSettings } from './flatten-settings.ts';
import { messages } from './messages.ts';

export function ConfigTab({ id }: { id: string }): ReactNode {
  const { client } = useDashboard();
  const configError = useDashboardState((state) => state.configError);
  const [outcome, setOutcome] = useState<Outcome<ControlResults['config.get']> | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reload changes what is in force, and ends or brings an error
  useEffect(() => {
    let current = true;
    void client.request('config.get', {}).then((got) => {
      if (current) setOutcome(got);
    });
    return () => {
      current = false;
    };
  }, [client, configError]);
  if (outcome === null) return null;
  if (!outcome.ok) {
    return (
      <Callout tone="bad" title={messages.configFailed}>
        {outcome.error.message}
      </Callout>
    );
  }
  const { file, effective } = outcome.result;
  const own = typeof effective === 'object' && effective !== null ? Reflect.get(effective, id) : undefined;
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <p className="border-b border-line px-4 py-3 text-sm text-dim">
        {file === null ? (
          messages.configDefaults
        ) : (
          <>
            {messages.configHint} <code className="font-mono text-ink break-all">{file}</code>
          </>
        )}
      </p>
      <ScrollRegion label={messages.tabs.config} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead className="text-left text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="px-4 py-1.5 font-medium">
                {messages.setting}
              </th>
              <th scope="col" className="px-4 py-1.5 font-medium">
                {messages.value}
              </th>
            </tr>
          </thead>
          <tbody className="font-mono text-xs">
            {flattenSettings(own).map(([key, value]) => (
              <tr key={key} className="border-b border-line last:border-0">
                <th scope="row" className="px-4 py-1.5 text-left font-normal whitespace-nowrap">
                  {key}
                </th>
                <td className="px-4 py-1.5 break-all">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}
