/**
 * The one question before a command runs for many rows, and what comes of it: what it would do to all, how far it is, whom it failed
 * for. It is stopped, not closed, while it runs.
 */
import { Dialog } from '@base-ui/react/dialog';
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { DangerBadge } from '../commands/danger-badge.tsx';
import { FormFieldRow } from '../commands/form-field.tsx';
import { formFields, initialValues, parseForm } from '../commands/form-values.ts';
import { amountOf } from '../format/plural.ts';
import { useCloseOnLeave } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { ignoreHeldKeys } from '../ui/key-repeat.ts';
import { useArmed } from '../ui/use-armed.ts';
import { BulkOutcome, NamedList } from './bulk-outcome.tsx';
import { type BulkEntry, BulkRun } from './bulk-run.ts';
import { messages } from './messages.ts';
import type { RowKey } from './row-keys.ts';
import type { BulkCommand } from './row-tools.ts';
import { summedImpact } from './sum-impacts.ts';

/** How long arguments that are being typed must rest before it is asked what they would do, in milliseconds. */
const REST_MS = 250;

export interface OpenBulk {
  readonly title: string;
  readonly bulk: BulkCommand;
  readonly entries: readonly BulkEntry[];
}

interface BulkDialogProps {
  readonly open: OpenBulk;
  /** The arguments that the row of a key gives now; null where it is gone. */
  readonly argsNow: (key: RowKey) => Readonly<Record<string, string>> | null;
  /** `ended` after it has run, else before. */
  readonly onClose: (ended: boolean) => void;
}

export function BulkDialog({ open, argsNow, onClose }: BulkDialogProps): ReactNode {
  const { bulk, entries } = open;
  const run = useMemo(() => new BulkRun(bulk, entries), [bulk, entries]);
  const state = useSyncExternalStore(run.subscribe, run.state);
  const first = useRef<HTMLElement>(null);
  const latest = useRef(argsNow);
  latest.current = argsNow;
  // Whoever goes elsewhere stops it.
  useEffect(() => () => run.stop(), [run]);
  const close = () => onClose(run.state().phase === 'ended');
  const leave = useRef(close);
  leave.current = close;
  useCloseOnLeave(useMemo(() => () => leave.current(), []));
  useEffect(() => {
    const { closed } = bulk.host;
    const gone = () => leave.current();
    closed.addEventListener('abort', gone);
    return () => closed.removeEventListener('abort', gone);
  }, [bulk.host]);
  const running = state.phase === 'running';
  return (
    <Dialog.Root
      open
      onOpenChange={(next) => {
        if (!next && !running) close();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          initialFocus={first}
          onKeyDownCapture={ignoreHeldKeys}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-dialog w-dialog-wide -translate-x-1/2 -translate-y-1/2 flex-col gap-3 overflow-y-auto card p-5 shadow-float"
        >
          <div>
            <div className="flex flex-wrap items-center gap-2">
              <Dialog.Title className="text-lg font-semibold">
                {messages.bulkTitle(open.title, amountOf(entries.length, bulk.noun))}
              </Dialog.Title>
              <DangerBadge danger={bulk.command.danger} />
            </div>
            <Dialog.Description className="text-sm text-dim">{bulk.command.summary}</Dialog.Description>
          </div>
          {running || state.phase === 'ended' ? (
            <BulkOutcome
              {...{ state, first }}
              noun={bulk.noun}
              total={entries.length - state.refused.length}
              onStop={() => run.stop()}
              onClose={close}
            />
          ) : (
            <Question
              {...{ open, run, first }}
              onClose={close}
              onConfirm={(shared) => void run.run(shared, (key) => latest.current(key))}
            />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type Shared = Readonly<Record<string, string | boolean>>;

interface QuestionProps {
  readonly open: OpenBulk;
  readonly run: BulkRun;
  /** Has the focus at first: it does nothing. */
  readonly first: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly onConfirm: (shared: Shared) => void;
}

function Question({ open, run, first, onClose, onConfirm }: QuestionProps): ReactNode {
  const { bulk, entries, title } = open;
  const { command, noun } = bulk;
  const state = run.state();
  const fields = useMemo(() => {
    const given = new Set(entries.flatMap(({ args }) => Object.keys(args)));
    return formFields(command.args).filter(({ name }) => !given.has(name));
  }, [command, entries]);
  const [shared, setShared] = useState<Shared>(() => initialValues(fields, bulk.given ?? {}));
  const { errors } = parseForm(fields, shared);
  const wrong = Object.keys(errors).length > 0;
  const safe = command.danger === 'safe';
  useEffect(() => {
    if (wrong || safe) return;
    const timer = setTimeout(() => void run.ask(shared), REST_MS);
    return () => clearTimeout(timer);
  }, [run, shared, wrong, safe]);
  // What disturbs nobody needs no answer before.
  const asked = (safe || state.phase === 'asked') && !wrong;
  const impacts = safe ? entries.map(({ name }) => ({ name, text: '' })) : state.impacts;
  const armed = useArmed(asked ? JSON.stringify([shared, impacts]) : null);
  const amount = impacts.length;
  const typedId = useId();
  const [typed, setTyped] = useState('');
  const toType = command.danger === 'irreversible' ? `${command.name} ${amount}` : null;
  const ready = asked && amount > 0 && (safe || armed) && (toType === null || typed === toType);
  const summed = safe ? null : summedImpact(impacts.map(({ text }) => text));
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onConfirm(shared);
      }}
    >
      {fields.map((field) => (
        <FormFieldRow
          key={field.name}
          field={field}
          value={shared[field.name] ?? ''}
          error={shared[field.name] === '' ? undefined : errors[field.name]}
          disabled={false}
          onChange={(value) => setShared({ ...shared, [field.name]: value })}
        />
      ))}
      <div aria-live="polite" className="flex flex-col gap-2">
        {!asked ? (
          <Callout
            tone="info"
            title={wrong ? messages.bulkFill : messages.bulkAsking(state.done, entries.length)}
          />
        ) : (
          amount > 0 && (
            <Callout
              tone={safe ? 'info' : 'warn'}
              title={summed ?? messages.bulkTitle(title, amountOf(amount, noun))}
            >
              <NamedList
                label={messages.bulkEach}
                items={summed === null ? impacts : impacts.map(({ name }) => ({ name, text: '' }))}
              />
            </Callout>
          )
        )}
        {asked && state.refused.length > 0 && (
          <Callout tone="bad" title={messages.bulkRefused(amountOf(state.refused.length, noun))}>
            <NamedList label={messages.bulkRefusedNames} items={state.refused} />
          </Callout>
        )}
      </div>
      {toType !== null && asked && (
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
            onChange={({ target }) => setTyped(target.value)}
          />
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button ref={first} onClick={onClose}>
          {messages.cancel}
        </Button>
        <Button type="submit" tone={safe ? 'primary' : 'danger'} disabled={!ready}>
          {messages.bulkConfirm(title, amountOf(asked ? amount : entries.length, noun))}
        </Button>
      </div>
    </form>
  );
}
