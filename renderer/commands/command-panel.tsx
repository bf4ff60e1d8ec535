/** One command on the Commands page: its form, the question before it disturbs anybody, and its result. */
import { type ReactNode, useRef, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { useNaming } from '../model/host-context.ts';
import { Callout } from '../ui/callout.tsx';
import { type Confirmation, ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { argumentWords } from './argument-words.ts';
import { CommandAside, useHasAside } from './command-aside.tsx';
import { CommandForm } from './command-form.tsx';
import { confirmationText } from './danger.ts';
import { DangerBadge } from './danger-badge.tsx';
import { formFields, initialValues, parseForm } from './form-values.ts';
import { messages } from './messages.ts';
import { ResultView } from './result-view.tsx';
import { useCommandRunner } from './use-command-runner.ts';

interface CommandPanelProps {
  readonly manifest: ManifestDescription;
  readonly command: CommandDescription;
  readonly given: Readonly<Record<string, string>>;
  readonly up: boolean;
}

type Args = Readonly<Record<string, unknown>>;

export function CommandPanel({ manifest, command, given, up }: CommandPanelProps): ReactNode {
  const naming = useNaming();
  const daemon = manifest.id;
  const runner = useCommandRunner(daemon, command.name);
  const [asked, setAsked] = useState<{ args: Args; confirmation: Confirmation } | null>(null);
  const [asking, setAsking] = useState(false);
  const ran = useRef<Args>({});
  const hasAside = useHasAside(command);
  const [entered, setEntered] = useState<Args | null>(() => {
    const fields = formFields(command.args);
    const parsed = parseForm(fields, initialValues(fields, given));
    return Object.keys(parsed.errors).length === 0 ? parsed.args : null;
  });
  const start = (args: Args, confirmed: boolean) => {
    ran.current = args;
    void runner.start(args, confirmed);
  };
  const submit = async (args: Args) => {
    if (command.danger === 'safe') {
      start(args, false);
      return;
    }
    runner.reset();
    setAsking(true);
    const impact = await runner.impact(command, args);
    setAsking(false);
    if (impact.phase === 'refused') {
      runner.refuse(impact.error);
      return;
    }
    setAsked({
      args,
      confirmation: {
        title: messages.confirmTitle(command.name, naming(daemon)),
        impact: impact.text,
        details: argumentWords(command, args),
        action: messages.confirm,
        typed: confirmationText(command, args),
      },
    });
  };
  const ended = runner.run.phase !== 'idle' && runner.run.phase !== 'running';
  return (
    <div className="flex min-w-0 flex-col gap-gap">
      <div className={hasAside ? 'grid items-start gap-gap xl:grid-beside' : 'mx-auto w-full max-w-form'}>
        <div className="flex min-w-0 flex-col gap-3 card p-4">
          <div>
            <div className="flex flex-wrap items-center gap-2">
              <h2 className="font-mono text-sm font-semibold">{command.name}</h2>
              <DangerBadge danger={command.danger} />
            </div>
            <p className="text-sm text-dim">{command.summary}</p>
          </div>
          {!up && <Callout tone="info" title={messages.notRunning(daemon)} />}
          <CommandForm
            command={command}
            given={given}
            runner={runner}
            disabled={!up || asking}
            onArgs={setEntered}
            onSubmit={(args) => void submit(args)}
          />
        </div>
        {hasAside && (
          <CommandAside daemon={daemon} command={command} runner={runner} args={entered} up={up} />
        )}
      </div>
      {ended && (
        <div className="min-w-0 card p-4">
          <ResultView
            manifest={manifest}
            command={command}
            run={runner.run}
            onChanged={() => start(ran.current, false)}
          />
        </div>
      )}
      <ConfirmDialog
        confirmation={asked?.confirmation ?? null}
        onCancel={() => setAsked(null)}
        onConfirm={() => {
          if (asked !== null) start(asked.args, true);
          setAsked(null);
        }}
      />
    </div>
  );
}
