/** A page of a daemon that shows what one of its commands answers: read when it is opened and whenever that is wanted. */
import type { ReactNode } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import type { GraphTone, ResultPageSpec } from '../../contract/manifest-views.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { labelOf } from '../commands/form-values.ts';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/callout.tsx';
import type { IconName } from '../ui/icons.tsx';
import { Badge } from '../ui/state-badge.tsx';
import { AnswerView } from './answer-view.tsx';
import { messages } from './messages.ts';
import { TabTools } from './tab-tools.tsx';
import { useAnswer } from './use-answer.ts';

interface ResultPageProps {
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly page: ResultPageSpec;
  readonly up: boolean;
}

export function ResultPage({ manifest, name, page, up }: ResultPageProps): ReactNode {
  const host = useHost();
  const command = manifest.commands.find((one) => one.name === page.command)!;
  const { last, busy, load } = useAnswer(manifest.id, command.name, up);
  return (
    <div className="flex h-full min-h-0 flex-col gap-gap">
      <TabTools>
        <Button icon="restart" disabled={!up || busy} onClick={() => void load()}>
          {messages.readAgain}
        </Button>
        {(page.actions ?? []).map((action) => (
          <Button
            key={action.command}
            disabled={!up}
            onClick={() =>
              openCommand({
                host,
                daemon: manifest.id,
                command: action.command,
                args: {},
                onDone: () => void load(),
              })
            }
          >
            {action.title}
          </Button>
        ))}
      </TabTools>
      {!up && (
        <div className="card">
          <EmptyState icon="ring" title={messages.down(manifest.id)}>
            {messages.notAskedHint}
          </EmptyState>
        </div>
      )}
      <AnswerView
        {...{ manifest, command, last, up }}
        title={page.title}
        hint={page.hint}
        memory={`${manifest.id} page ${name}`}
        sign={(result) => <PageState {...{ page, command, result }} />}
        onDone={() => void load()}
      />
    </div>
  );
}

const LOOKS: Readonly<Record<GraphTone, { readonly icon: IconName; readonly tone: string }>> = {
  self: { icon: 'dot', tone: 'bg-sunken text-ink' },
  good: { icon: 'dot', tone: 'bg-good-soft text-good' },
  busy: { icon: 'clock', tone: 'bg-warn-soft text-warn' },
  idle: { icon: 'ring', tone: 'bg-sunken text-dim' },
  bad: { icon: 'error', tone: 'bg-bad-soft text-bad' },
};

/** How the one thing of a page is, as sign, words and colour; nothing where its manifest does not say which field tells. */
function PageState({
  page,
  command,
  result,
}: {
  page: ResultPageSpec;
  command: CommandDescription;
  result: unknown;
}): ReactNode {
  if (page.state === undefined) return null;
  const { field, tones, where } = page.state;
  const fields = result as Readonly<Record<string, unknown>>;
  const said = fields[field];
  if (where !== undefined && fields[where] === false) return null;
  if (typeof said !== 'string' || said === '') return null;
  const title = command.columns.find(({ key }) => key === field)?.title ?? labelOf(field);
  return (
    <Badge {...LOOKS[tones[said] ?? 'idle']}>
      {title} {said}
    </Badge>
  );
}
