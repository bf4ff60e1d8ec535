/**
 * A command in a dialog, opened from a row of a table or from the palette. The dialog is itself the question before a
 * disruptive command: it states the impact beside the button.
 */
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useEffect, useId, useState } from 'react';
import type { CommandDescription } from '../../daemons/contract/manifest.ts';
import { sentence } from '../format/sentence.ts';
import { useDashboard, useDashboardState, useManifests } from '../model/dashboard-context.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { closeCommand, type OpenCommand, useOpenCommand } from './command-dialog-store.ts';
import { CommandForm } from './command-form.tsx';
import { confirmationText } from './danger.ts';
import { DangerBadge } from './danger-badge.tsx';
import { formFields, initialValues, parseForm } from './form-values.ts';
import { messages } from './messages.ts';
import { ResultView } from './result-view.tsx';
import { useCommandRun } from './use-command-run.ts';

export function CommandDialog(): ReactNode {
  const open = useOpenCommand((state) => state.open);
  const manifests = useManifests();
  const command = manifests
    .find((manifest) => manifest.id === open?.daemon)
    ?.commands.find((one) => one.name === open?.command);
  return (
    <Dialog.Root
      open={open !== null && command !== undefined}
      onOpenChange={(next) => {
        if (!next) closeCommand();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Popup className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100vh-2rem)] w-[min(34rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg border border-line bg-surface p-5 shadow-float">
          {open !== null && command !== undefined && (
            <Body
              key={`${open.daemon} ${open.command} ${JSON.stringify(open.args)}`}
              open={open}
              command={command}
            />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body({ open, command }: { open: OpenCommand; command: CommandDescription }): ReactNode {
  const { client } = useDashboard();
  const up = useDashboardState((state) => state.daemons[open.daemon]?.state === 'running');
  const runner = useCommandRun(open.daemon, command.name);
  const typedId = useId();
  const [args, setArgs] = useState<Readonly<Record<string, unknown>>>(() => {
    const fields = formFields(command.args);
    return parseForm(fields, initialValues(fields, open.args)).args;
  });
  const [impact, setImpact] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const toType = confirmationText(command, args);
  useEffect(() => {
    if (command.danger === 'safe' || !up) return;
    let current = true;
    // While an argument is being typed, the impact is asked for when it rests.
    const timer = setTimeout(async () => {
      const outcome = await client.request('command.impact', {
        daemon: open.daemon,
        command: command.name,
        args,
      });
      if (current) setImpact(outcome.ok ? outcome.result.text : null);
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, command, open.daemon, args, up]);
  const ended = runner.run.phase === 'done';
  return (
    <div className="flex flex-col gap-4">
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <Dialog.Title className="font-mono text-lg font-semibold">{command.name}</Dialog.Title>
          <span className="text-sm text-dim">{open.daemon}</span>
          <DangerBadge danger={command.danger} />
        </div>
        <Dialog.Description className="text-sm text-dim">{command.summary}</Dialog.Description>
      </div>
      {!up && <Callout tone="info" title={messages.notRunning(open.daemon)} />}
      {!ended && (
        <CommandForm
          command={command}
          given={open.args}
          runner={runner}
          disabled={!up || (toType !== null && typed !== toType)}
          onClose={closeCommand}
          onArgs={setArgs}
          onSubmit={(entered) => void runner.start(entered, command.danger !== 'safe')}
        >
          {command.danger !== 'safe' && (
            <Callout
              tone="warn"
              title={impact === null ? messages.noImpact(command.danger) : sentence(impact)}
            />
          )}
          {toType !== null && (
            <div className="flex flex-col gap-1.5">
              <label htmlFor={typedId} className="text-sm">
                {messages.typeFirst} <code className="rounded-sm bg-sunken px-1 font-mono">{toType}</code>{' '}
                {messages.typeToConfirm}
              </label>
              <input
                id={typedId}
                className="field max-w-sm font-mono"
                autoComplete="off"
                spellCheck={false}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            </div>
          )}
        </CommandForm>
      )}
      <ResultView command={command} run={runner.run} />
      {ended && (
        <div className="flex justify-end">
          <Button onClick={closeCommand}>{messages.close}</Button>
        </div>
      )}
    </div>
  );
}
