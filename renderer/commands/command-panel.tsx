/** One command on the Commands page: its form, the question before it disturbs anybody, and its result. */
import { type ReactNode, useState } from 'react';
import type { CommandDescription } from '../../daemons/contract/manifest.ts';
import { sentence } from '../format/sentence.ts';
import { useDashboard } from '../model/dashboard-context.ts';
import { Callout } from '../ui/callout.tsx';
import { type Confirmation, ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { CommandForm } from './command-form.tsx';
import { confirmationText } from './danger.ts';
import { DangerBadge } from './danger-badge.tsx';
import { messages } from './messages.ts';
import { ResultView } from './result-view.tsx';
import { useCommandRun } from './use-command-run.ts';

interface CommandPanelProps {
  readonly daemon: string;
  readonly command: CommandDescription;
  readonly given: Readonly<Record<string, string>>;
  readonly up: boolean;
}

type Args = Readonly<Record<string, unknown>>;

export function CommandPanel({ daemon, command, given, up }: CommandPanelProps): ReactNode {
  const { client } = useDashboard();
  const runner = useCommandRun(daemon, command.name);
  const [asked, setAsked] = useState<{ args: Args; confirmation: Confirmation } | null>(null);
  const submit = async (args: Args) => {
    if (command.danger === 'safe') {
      await runner.start(args, false);
      return;
    }
    const impact = await client.request('command.impact', { daemon, command: command.name, args });
    setAsked({
      args,
      confirmation: {
        title: messages.confirmTitle(command.name, daemon),
        impact:
          impact.ok && impact.result.text !== null
            ? sentence(impact.result.text)
            : messages.noImpact(command.danger),
        action: messages.confirm,
        typed: confirmationText(command, args),
      },
    });
  };
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-mono text-base font-semibold">{command.name}</h2>
          <DangerBadge danger={command.danger} />
        </div>
        <p className="text-sm text-dim">{command.summary}</p>
      </div>
      {!up && <Callout tone="info" title={messages.notRunning(daemon)} />}
      <CommandForm
        command={command}
        given={given}
        runner={runner}
        disabled={!up}
        onSubmit={(args) => void submit(args)}
      />
      <ResultView command={command} run={runner.run} />
      <ConfirmDialog
        confirmation={asked?.confirmation ?? null}
        onCancel={() => setAsked(null)}
        onConfirm={() => {
          if (asked !== null) void runner.start(asked.args, true);
          setAsked(null);
        }}
      />
    </div>
  );
}
