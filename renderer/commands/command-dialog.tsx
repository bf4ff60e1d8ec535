/**
 * A command in a dialog, opened from a row of a table or from the palette. The dialog is itself the question before a
 * disruptive command: it states the impact beside the button, which works only once that could be read.
 */
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, type RefObject, Suspense, useEffect, useId, useRef, useState } from 'react';
import type { CommandDescription, ManifestDescription } from '../../contract/manifest.ts';
import { HostContext, useHost, useHostState, useManifests, useNaming } from '../model/host-context.ts';
import { useCloseOnLeave } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { ignoreHeldKeys } from '../ui/key-repeat.ts';
import { NamedTexts } from '../ui/named-texts.tsx';
import { useArmed } from '../ui/use-armed.ts';
import { argumentWords } from './argument-words.ts';
import { closeCommand, type OpenCommand, useOpenCommand } from './command-dialog-store.ts';
import { CommandForm } from './command-form.tsx';
import { confirmationText } from './danger.ts';
import { DangerBadge } from './danger-badge.tsx';
import { formFields, initialValues, parseForm } from './form-values.ts';
import type { Impact } from './impact.ts';
import { messages } from './messages.ts';
import { resultView } from './result-part.ts';
import { useFollow } from './use-command-runner.ts';
import { useImpact } from './use-impact.ts';

type Args = Readonly<Record<string, unknown>>;

export function CommandDialog(): ReactNode {
  useCloseOnLeave(closeCommand);
  const current = useHost();
  const open = useOpenCommand((state) => state.open);
  // What stands in it is of the host that it was opened for, not of the one whose page is below.
  return (
    <HostContext value={open?.host ?? current}>
      <DialogFrame open={open} />
    </HostContext>
  );
}

function DialogFrame({ open }: { open: OpenCommand | null }): ReactNode {
  const shown = offered(useManifests(), open);
  const close = useRef<HTMLElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const wide = shown?.command.result === 'table' ? 'w-dialog-widest' : 'w-dialog-wide';
  return (
    <Dialog.Root
      open={shown !== null}
      onOpenChange={(next) => {
        if (!next) closeCommand();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          // Where people would be disturbed, what has the focus does nothing.
          {...(open?.focus !== undefined
            ? { initialFocus: () => fieldIn(popup.current, open.focus!) }
            : shown?.command.danger === 'safe'
              ? {}
              : { initialFocus: close })}
          ref={popup}
          onKeyDownCapture={ignoreHeldKeys}
          className={`fixed top-1/2 left-1/2 z-50 max-h-dialog ${wide} -translate-x-1/2 -translate-y-1/2 overflow-y-auto card p-5 shadow-float`}
        >
          {shown !== null && (
            <Body
              key={JSON.stringify([
                shown.open.host.id,
                shown.open.daemon,
                shown.open.command,
                shown.open.args,
              ])}
              {...{ ...shown, close }}
            />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The field of an argument, with what is in it marked, so that what is typed takes its place. */
function fieldIn(popup: HTMLElement | null, name: string): HTMLElement | null {
  const field = popup?.querySelector<HTMLInputElement>(`[data-argument="${CSS.escape(name)}"]`) ?? null;
  field?.select();
  return field;
}

interface Shown {
  readonly open: OpenCommand;
  readonly manifest: ManifestDescription;
  readonly command: CommandDescription;
}

/** What is open, where its host offers that command at all. */
function offered(manifests: readonly ManifestDescription[], open: OpenCommand | null): Shown | null {
  if (open === null) return null;
  for (const manifest of manifests)
    for (const command of manifest.commands)
      if (manifest.id === open.daemon && command.name === open.command) return { open, manifest, command };
  return null;
}

interface BodyProps extends Shown {
  readonly close: RefObject<HTMLElement | null>;
}

function Body({ open, manifest, command, close }: BodyProps): ReactNode {
  const up = useHostState((state) => state.daemons[open.daemon]?.state === 'running');
  const naming = useNaming();
  const { runner } = open;
  useFollow(runner);
  const safe = command.danger === 'safe';
  const [args, setArgs] = useState<Args | null>(() => {
    const fields = formFields(command.args);
    const parsed = parseForm(fields, initialValues(fields, open.args));
    return Object.keys(parsed.errors).length === 0 ? parsed.args : null;
  });
  const ended = runner.run.phase === 'done';
  const impact = useImpact(runner, command, safe || !up || ended ? null : args);
  const armed = useArmed(impact?.phase === 'stated' ? JSON.stringify([args, impact.text]) : null);
  const [typed, setTyped] = useState('');
  const toType = confirmationText(command, args ?? {});
  const ready = safe || (armed && (toType === null || typed === toType));
  const start = async (entered: Args) => {
    const run = await runner.start(entered, !safe);
    if (run.phase === 'done') open.onDone?.();
  };
  const begun = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what runs at once runs once, when the dialog opens
  useEffect(() => {
    if (open.atOnce !== true || !safe || !up || args === null || begun.current) return;
    begun.current = true;
    void start(args);
  }, []);
  return (
    <div className="flex flex-col gap-3">
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <Dialog.Title className="font-mono text-lg font-semibold">{command.name}</Dialog.Title>
          <span className="text-sm text-dim">{naming(open.daemon)}</span>
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
          // A form that lacks something may be sent, to be told what.
          disabled={!up || (args !== null && !ready)}
          closeRef={close}
          onClose={closeCommand}
          onArgs={setArgs}
          onSubmit={(entered) => void start(entered)}
        >
          {!safe && up && args !== null && <Stated impact={impact} command={command} args={args} />}
          {toType !== null && <ToType text={toType} typed={typed} onTyped={setTyped} />}
        </CommandForm>
      )}
      {runner.run.phase !== 'idle' && (
        <Suspense fallback={null}>
          <resultView.Page manifest={manifest} command={command} run={runner.run} />
        </Suspense>
      )}
      {ended && (
        <div className="flex justify-end">
          <Button onClick={closeCommand}>{messages.close}</Button>
        </div>
      )}
    </div>
  );
}

/** What the command would do with these arguments, read out when it is known. */
function Stated({
  impact,
  command,
  args,
}: {
  impact: Impact | null;
  command: CommandDescription;
  args: Args;
}): ReactNode {
  if (impact?.phase === 'refused') {
    return (
      <Callout tone="bad" urgent title={messages.refusedFirst}>
        {impact.error.message}
      </Callout>
    );
  }
  return (
    <div aria-live="polite">
      <Callout tone="warn" title={impact === null ? messages.asking : impact.text}>
        <NamedTexts texts={argumentWords(command, args)} />
      </Callout>
    </div>
  );
}

function ToType({
  text,
  typed,
  onTyped,
}: {
  text: string;
  typed: string;
  onTyped: (typed: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm">
        {messages.typeFirst} <code className="rounded-sm bg-sunken px-1 font-mono">{text}</code>{' '}
        {messages.typeToConfirm}
      </label>
      <input
        id={id}
        className="field max-w-sm font-mono"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => onTyped(event.target.value)}
      />
    </div>
  );
}
