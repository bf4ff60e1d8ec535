/** One command on the Commands page: its form, the question before it disturbs anybody, and its result. */
import { type ReactNode, useRef, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { useNaming } from '../model/host-context.ts';
import { Callout } from '../ui/callout.tsx';
import { type Confirmation, ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { argumentWords } from './argument-words.ts';
import { CommandForm } from './command-form.tsx';
import { confirmationText } from './danger.ts';
import { DangerBadge } from './danger-badge.tsx';
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
  return (
    <div className="flex min-w-0 flex-col gap-3">
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
        onSubmit={(args) => void submit(args)}
      />
      <ResultView
        manifest={manifest}
        command={command}
        run={runner.run}
        onChanged={() => start(ran.current, false)}
      />
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
