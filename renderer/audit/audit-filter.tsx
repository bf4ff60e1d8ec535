/** What the audit trail is narrowed to: words, daemon, person, outcome and time. */
import { type ReactNode, useId, useState } from 'react';
import { fromEnteredTime } from '../format/times.ts';
import { useHost, useManifests } from '../model/host-context.ts';
import { SearchField } from '../ui/search-field.tsx';
import { TimeField } from '../ui/time-field.tsx';
import type { AuditFilter } from './audit-entries.ts';
import { messages } from './messages.ts';

/** Times that end now, in milliseconds. */
const RECENT = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
type TimeChoice = '' | keyof typeof RECENT | 'between';

interface AuditFilterProps {
  readonly filter: AuditFilter;
  readonly onFilter: (change: Partial<AuditFilter>) => void;
  /** People that the page knows of, as suggestions. */
  readonly people: readonly string[];
}

export function AuditFilterBar({ filter, onFilter, people }: AuditFilterProps): ReactNode {
  const manifests = useManifests();
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
        aria-label={messages.target}
        value={filter.target}
        onChange={(event) => onFilter({ target: event.target.value })}
      >
        <option value="">{messages.anyTarget}</option>
        {manifests.map((manifest) => (
          <option key={manifest.id} value={manifest.id}>
            {manifest.id}
          </option>
        ))}
      </select>
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
      <TimeChoiceField filter={filter} onFilter={onFilter} />
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

function TimeChoiceField({ filter, onFilter }: Omit<AuditFilterProps, 'people'>): ReactNode {
  const host = useHost();
  const [choice, setChoice] = useState<TimeChoice>('');
  const [entered, setEntered] = useState<{ readonly since?: string; readonly until?: string }>({});
  const choose = (next: TimeChoice) => {
    setChoice(next);
    setEntered({});
    if (next === 'between') return;
    onFilter({ since: next === '' ? null : host.hostNow() - RECENT[next], until: null });
  };
  const enter = (name: 'since' | 'until', text: string) => {
    setEntered({ ...entered, [name]: text });
    const ms = fromEnteredTime(text);
    // An empty field leaves that side open.
    if (ms !== null || text.trim() === '') onFilter({ [name]: ms });
  };
  const wrong = (text: string | undefined) =>
    text !== undefined && text.trim() !== '' && fromEnteredTime(text) === null;
  return (
    <>
      <select
        className="field"
        aria-label={messages.time}
        value={choice}
        onChange={(event) =>
          choose(
            (['hour', 'day', 'week', 'between'] as const).find((one) => one === event.target.value) ?? '',
          )
        }
      >
        <option value="">{messages.anyTime}</option>
        <option value="hour">{messages.lastHour}</option>
        <option value="day">{messages.lastDay}</option>
        <option value="week">{messages.lastWeek}</option>
        <option value="between">{messages.between}</option>
      </select>
      {choice === 'between' &&
        (['since', 'until'] as const).map((name) => (
          <TimeField
            key={name}
            label={messages[name]}
            shown={filter[name]}
            entered={entered[name]}
            invalid={wrong(entered[name])}
            onChange={(text) => enter(name, text)}
          />
        ))}
    </>
  );
}
