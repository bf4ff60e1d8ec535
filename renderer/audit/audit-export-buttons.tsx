/** Exports what the filter of the audit trail matches, all of it, as CSV or JSON. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { download } from '../logs/download.ts';
import { useHost, useNaming } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import type { AuditFilter } from './audit-entries.ts';
import { readAll, toCsv, toJson } from './audit-export.ts';
import { messages } from './messages.ts';

const FORMATS = [
  { title: messages.exportCsv, ending: 'csv', type: 'text/csv', write: toCsv },
  { title: messages.exportJson, ending: 'json', type: 'application/json', write: toJson },
] as const;

export function AuditExport({ filter }: { filter: AuditFilter }): ReactNode {
  const host = useHost();
  const naming = useNaming();
  /** Entries read so far; null while nothing is exported. */
  const [read, setRead] = useState<number | null>(null);
  const reading = useRef<AbortController | null>(null);
  useEffect(() => () => reading.current?.abort(), []);
  const start = async (format: (typeof FORMATS)[number]) => {
    const controller = new AbortController();
    reading.current = controller;
    setRead(0);
    const outcome = await readAll(host.client, filter, {
      onProgress: setRead,
      signal: controller.signal,
    });
    setRead(null);
    if (outcome.ok) {
      download(`${naming('audit')}.${format.ending}`, format.type, format.write(outcome.result));
      host.notify('good', messages.exported(outcome.result.length));
    } else if (outcome.error.code !== 'cancelled') {
      host.notify('bad', outcome.error.message);
    }
  };
  if (read !== null) {
    return (
      <span className="ml-auto flex items-center gap-2">
        <span role="status" className="text-sm text-dim">
          {messages.exporting(read)}
        </span>
        <Button onClick={() => reading.current?.abort()}>{messages.cancel}</Button>
      </span>
    );
  }
  return (
    <span className="ml-auto flex items-center">
      {FORMATS.map((format) => (
        <Button
          key={format.ending}
          tone="quiet"
          title={messages.exportHint}
          onClick={() => void start(format)}
        >
          {format.title}
        </Button>
      ))}
    </span>
  );
}
