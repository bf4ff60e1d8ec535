/** What can be done with a log: choose, search, follow, pause, jump, export. */
import type { ReactNode } from 'react';
import { LOG_LEVELS, type LogLevel, type SourcedLogRecord } from '../../contract/log-record.ts';
import { useNaming } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { download } from './download.ts';
import { toJsonLines, toText } from './log-items.ts';
import { messages } from './messages.ts';

interface LogToolbarProps {
  readonly source: string;
  /** The records that the filter keeps: these are exported. */
  readonly records: readonly SourcedLogRecord[];
  readonly total: number;
  readonly dropped: number;
  readonly level: LogLevel;
  readonly onLevel: (level: LogLevel) => void;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  readonly follow: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly paused: boolean;
  /** Records that arrived since it was paused. */
  readonly fresh: number;
  readonly onPause: () => void;
  /** Null where there is no crash to jump to. */
  readonly onJump: (() => void) | null;
}

export function LogToolbar(props: LogToolbarProps): ReactNode {
  const { records } = props;
  const naming = useNaming();
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
      <select
        className="field"
        aria-label={messages.level}
        value={props.level}
        onChange={(event) =>
          props.onLevel(LOG_LEVELS.find((level) => level === event.target.value) ?? 'debug')
        }
      >
        {LOG_LEVELS.map((level) => (
          <option key={level} value={level}>
            {messages.levels[level]}
          </option>
        ))}
      </select>
      <SearchField
        className="w-48 max-w-full"
        label={messages.filter}
        hint={messages.filterHint}
        value={props.filter}
        onChange={props.onFilter}
      />
      <Button
        icon="down"
        pressed={props.follow}
        title={messages.followHint}
        onClick={() => props.onFollow(!props.follow)}
      >
        {messages.follow}
      </Button>
      <Button icon={props.paused ? 'play' : 'pause'} pressed={props.paused} onClick={props.onPause}>
        {props.paused ? messages.resume(props.fresh) : messages.pause}
      </Button>
      {props.onJump !== null && (
        <Button icon="error" label={messages.jumpLabel} onClick={props.onJump}>
          {messages.jump}
        </Button>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-x-1">
        <span className="mr-2 text-sm text-dim">
          {messages.count(records.length, props.total)} {messages.dropped(props.dropped)}
        </span>
        <Button
          tone="quiet"
          onClick={() => download(`${naming(props.source)}.log`, 'text/plain', toText(records))}
          disabled={records.length === 0}
        >
          {messages.exportText}
        </Button>
        <Button
          tone="quiet"
          onClick={() =>
            download(`${naming(props.source)}.jsonl`, 'application/x-ndjson', toJsonLines(records))
          }
          disabled={records.length === 0}
        >
          {messages.exportJson}
        </Button>
      </div>
    </div>
  );
}
