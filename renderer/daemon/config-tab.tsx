/** The settings that a daemon runs with, defaults included, and those that wait for its restart. */
import { type ReactNode, useEffect, useState } from 'react';
import type { ControlResults } from '../../contract/control/requests.ts';
import type { Outcome } from '../../contract/errors.ts';
import { NO_VALUE } from '../format/numbers.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { Callout } from '../ui/callout.tsx';
import { Icon } from '../ui/icons.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { messages } from './messages.ts';
import { type SettingRow, settingRows } from './setting-rows.ts';

const kept = new KeptAnswers<Outcome<ControlResults['config.get']>>();
const QUESTION = 'config';

export function ConfigTab({ id }: { id: string }): ReactNode {
  const host = useHost();
  const configReads = useHostState((state) => state.configReads);
  const daemon = useHostState((state) => state.daemons[id]);
  const [outcome, setOutcome] = useState(() => kept.get(host, QUESTION) ?? null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reload changes what is in force, and so does a start
  useEffect(() => {
    let current = true;
    void host.client.request('config.get', {}).then((got) => {
      if (got.ok) kept.keep(host, QUESTION, got);
      if (current) setOutcome(got);
    });
    return () => {
      current = false;
    };
  }, [host, configReads, daemon?.instance, daemon?.pendingRestart.join()]);
  if (outcome === null) return null;
  if (!outcome.ok) {
    return (
      <Callout tone="bad" title={messages.configFailed}>
        {outcome.error.message}
      </Callout>
    );
  }
  const { file, effective, waiting } = outcome.result;
  const rows = settingRows(effective[id], waiting[id]);
  const pending = rows.some((row) => row.after !== null);
  const titles = [messages.setting, messages.inForce, ...(pending ? [messages.afterRestart] : [])];
  return (
    <div className="flex flex-col gap-3">
      {pending && (
        <Callout tone="warn" title={messages.restartNeeded(id)}>
          {Object.keys(waiting[id] ?? {}).join(', ')}
        </Callout>
      )}
      <div className="overflow-hidden card">
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
                {titles.map((title) => (
                  <th key={title} scope="col" className="h-row px-3 py-0.5 font-medium">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="font-mono text-xs">
              {rows.map((row) => (
                <Row key={row.key} row={row} pending={pending} />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </div>
    </div>
  );
}

function Row({ row, pending }: { row: SettingRow; pending: boolean }): ReactNode {
  return (
    <tr className={`border-b border-line last:border-0 ${row.after === null ? '' : 'bg-warn-soft/50'}`}>
      <th scope="row" className="h-row px-3 py-0.5 text-left font-normal whitespace-nowrap">
        {row.key}
      </th>
      <td className="h-row px-3 py-0.5 break-all">{row.inForce ?? NO_VALUE}</td>
      {pending && (
        <td className="h-row px-3 py-0.5 break-all">
          {row.after !== null && (
            <span className="flex items-center gap-1.5 text-warn">
              <Icon name="restart" className="size-3.5" />
              <span className="text-ink">{row.after === '' ? messages.goesAway : row.after}</span>
            </span>
          )}
        </td>
      )}
    </tr>
  );
}
