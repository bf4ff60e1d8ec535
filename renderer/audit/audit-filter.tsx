/** What the audit trail is narrowed to beside the range and scope of the window: words, person, outcome, and what only reads. */
import { type ReactNode, useId } from 'react';
import { SearchField } from '../ui/search-field.tsx';
import type { AuditFilter } from './audit-entries.ts';
import { messages } from './messages.ts';

interface AuditFilterProps {
  readonly filter: AuditFilter;
  readonly onFilter: (change: Partial<AuditFilter>) => void;
  /** People that the page knows of, as suggestions. */
  readonly people: readonly string[];
}

export function AuditFilterBar({ filter, onFilter, people }: AuditFilterProps): ReactNode {
  const peopleId = useId();
  return (
    <>
      <SearchField
        className="w-48 max-w-full"
        label={messages.text}
        hint={messages.textHint}
        value={filter.text}
        onChange={(text) => onFilter({ text })}
      />
      <input
        type="search"
        className="field w-36"
        aria-label={messages.person}
        placeholder={messages.person}
        autoComplete="off"
        list={peopleId}
        value={filter.actor}
        onChange={(event) => onFilter({ actor: event.target.value })}
      />
      <datalist id={peopleId}>
        {people.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <select
        className="field"
        aria-label={messages.outcome}
        value={filter.outcome}
        onChange={(event) =>
          onFilter({ outcome: (['ok', 'failed'] as const).find((one) => one === event.target.value) ?? '' })
        }
      >
        <option value="">{messages.anyOutcome}</option>
        <option value="ok">{messages.ok}</option>
        <option value="failed">{messages.failed}</option>
      </select>
      <label className="flex h-control cursor-pointer items-center gap-1.5 text-sm">
        <input
          type="checkbox"
          checked={filter.reads}
          onChange={(event) => onFilter({ reads: event.target.checked })}
        />
        {messages.reads}
      </label>
    </>
  );
}
