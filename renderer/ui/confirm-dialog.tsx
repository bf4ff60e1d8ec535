/**
 * Asks before something that disturbs people, saying whom and with what arguments; for the irreversible a name must be
 * typed. The answer that does nothing has the focus, and the other one works only once the question could be read.
 */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, type RefObject, useId, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { ignoreHeldKeys } from './key-repeat.ts';
import { type NamedText, NamedTexts } from './named-texts.tsx';
import { useArmed } from './use-armed.ts';

export interface Confirmation {
  readonly title: string;
  /** What it does to people, in words. */
  readonly impact: string;
  /** With what it is done, in words. */
  readonly details?: readonly NamedText[];
  /** Text of the button that goes ahead. */
  readonly action: string;
  /** Another way to go, which disturbs nobody; its button stands between the two. */
  readonly alternative?: { readonly action: string; readonly onChoose: () => void } | null;
  /** What must be typed first; null for a plain question. */
  readonly typed: string | null;
}

interface ConfirmDialogProps {
  readonly confirmation: Confirmation | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

export function ConfirmDialog(props: ConfirmDialogProps): ReactNode {
  const { confirmation, onCancel } = props;
  const first = useRef<HTMLElement>(null);
  return (
    <AlertDialog.Root
      open={confirmation !== null}
      onOpenChange={(open) => {
        if (!open) onCancel();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <AlertDialog.Popup
          initialFocus={first}
          onKeyDownCapture={ignoreHeldKeys}
          className="fixed top-1/2 left-1/2 z-50 max-h-dialog w-dialog -translate-x-1/2 -translate-y-1/2 overflow-y-auto card p-5 shadow-float"
        >
          {confirmation !== null && (
            <Question {...props} key={confirmation.title} first={first} confirmation={confirmation} />
          )}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Question({
  confirmation,
  first,
  onConfirm,
  onCancel,
}: ConfirmDialogProps & {
  confirmation: Confirmation;
  /** Takes the focus: what must be typed, else the button that does nothing. */
  first: RefObject<HTMLElement | null>;
}): ReactNode {
  const [typed, setTyped] = useState('');
  const inputId = useId();
  const { title, impact, details = [], alternative = null } = confirmation;
  const armed = useArmed(JSON.stringify([title, impact, details]));
  const allowed = armed && (confirmation.typed === null || typed === confirmation.typed);
  const typing = confirmation.typed !== null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed) onConfirm();
      }}
    >
      <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
      <AlertDialog.Description className="mt-2">{impact}</AlertDialog.Description>
      <NamedTexts texts={details} className="mt-3" />
      {typing && (
        <div className="mt-4 flex flex-col gap-1.5">
          <label htmlFor={inputId} className="text-sm">
            Type <code className="rounded-sm bg-sunken px-1 font-mono">{confirmation.typed}</code> to confirm
          </label>
          <input
            ref={first as RefObject<HTMLInputElement | null>}
            id={inputId}
            className="field font-mono"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button {...(typing ? {} : { ref: first })} onClick={onCancel}>
          Cancel
        </Button>
        {alternative !== null && <Button onClick={alternative.onChoose}>{alternative.action}</Button>}
        <Button tone="danger" type="submit" disabled={!allowed}>
          {confirmation.action}
        </Button>
      </div>
    </form>
  );
}
