/** What a command answers about the row of a page, read when it is looked at, when it is about something else, and after a deed. */
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type {
  CommandDescription,
  ManifestDescription,
  RowAction,
  TableColumn,
} from '../../contract/manifest.ts';
import { formFields, initialValues, parseForm } from '../commands/form-values.ts';
import { textOf } from '../commands/result-values.ts';
import type { Row } from '../tables/row-keys.ts';
import { argumentsOf } from '../tables/row-tools.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { AnswerView } from './answer-view.tsx';
import { messages } from './messages.ts';
import { rowMessages } from './row-messages.ts';
import { type Answer, useAnswer } from './use-answer.ts';

export interface AskedOfRow {
  readonly manifest: ManifestDescription;
  readonly action: RowAction;
  readonly command: CommandDescription;
  readonly columns: readonly TableColumn[];
  readonly row: Row;
  readonly up: boolean;
  /** Another one makes it read again. */
  readonly turn: number;
}

/** Asks what an action of a row answers; null of its arguments where the row has not what it is about. */
export function useRowAnswer(of: Omit<AskedOfRow, 'action' | 'command'> & Partial<AskedOfRow>): {
  readonly answer: Answer;
  readonly asked: boolean;
} {
  const { manifest, action, command, columns, row, up, turn } = of;
  const args = useMemo(() => {
    if (action === undefined || command === undefined) return null;
    const given = { ...action.given, ...argumentsOf(columns, action.args, row) };
    const fields = formFields(command.args);
    const parsed = parseForm(fields, initialValues(fields, given));
    const lacks = Object.keys(action.args).some((name) => (given[name] ?? '') === '');
    return lacks || Object.keys(parsed.errors).length > 0 ? null : parsed.args;
  }, [action, command, columns, row]);
  const asked = args !== null;
  const answer = useAnswer(manifest.id, asked ? command!.name : null, up && asked, args ?? undefined);
  const { load } = answer;
  const before = useRef(turn);
  useEffect(() => {
    if (before.current === turn) return;
    before.current = turn;
    if (up) void load();
  }, [turn, up, load]);
  return { answer, asked };
}

interface RowAnswerProps extends AskedOfRow {
  readonly gone: boolean;
  readonly onDone: () => void;
}

export function RowAnswer(props: RowAnswerProps): ReactNode {
  const { manifest, action, command, columns, gone, onDone } = props;
  const outlives = !Object.values(action.args).includes(columns[0]!.key);
  const up = props.up && (!gone || outlives);
  const { answer, asked } = useRowAnswer({ ...props, up });
  const { last, busy, load } = answer;
  const text = last.phase === 'done' ? textOf(command, last.result) : null;
  if (!asked || (gone && !outlives && last.phase !== 'done')) {
    return (
      <div className="card">
        <EmptyState
          icon="ring"
          title={asked ? rowMessages.rowAbsent(action.title) : messages.nothingThere(action.title)}
        />
      </div>
    );
  }
  return (
    <div className="flex h-full min-h-0 flex-col gap-gap">
      <div>
        <Button icon="restart" disabled={!up || busy} onClick={() => void load()}>
          {messages.readAgain}
        </Button>
      </div>
      {text === null ? (
        <AnswerView
          {...{ manifest, command, last, onDone }}
          up={props.up}
          title={action.title}
          hint={command.summary}
          memory={`${manifest.id} run ${command.name}`}
        />
      ) : (
        <ScrollRegion
          label={action.title}
          className="min-h-0 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-words"
        >
          {text}
        </ScrollRegion>
      )}
    </div>
  );
}
