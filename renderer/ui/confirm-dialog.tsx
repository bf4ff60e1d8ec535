/** Asks before something that disturbs people, saying whom; for the irreversible a name must be typed. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, useId, useState } from 'react';
import { Button } from './button.tsx';

export interface Confirmation {
  readonly title: string;
  /** What it does to people, in words. */
  readonly impact: string;
  /** Text of the button that goes ahead. */
  readonly action: string;
  /** What must be typed first; null for a plain question. */
  readonly typed: string | null;
}

interface ConfirmDialogProps {
  readonly confirmation: Confirmation | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

export function ConfirmDialog({ confirmation, onConfirm, onCancel }: ConfirmDialogProps): ReactNode {
  return (
    <AlertDialog.Root
      open={confirmation !== null}
      onOpenChange={(open) => {
        if (!open) onCancel();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-lg border border-line bg-surface p-5 shadow-float">
          {confirmation !== null && (
            <Question
              key={confirmation.title}
              confirmation={confirmation}
              onConfirm={onConfirm}
              onCancel={onCancel}
            />
          )}
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function Question({
  confirmation,
  onConfirm,
  onCancel,
}: ConfirmDialogProps & { confirmation: Confirmation }): ReactNode {
  const [typed, setTyped] = useState('');
  const inputId = useId();
  const allowed = confirmation.typed === null || typed === confirmation.typed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (allowed) onConfirm();
      }}
    >
      <AlertDialog.Title className="text-lg font-semibold">{confirmation.title}</AlertDialog.Title>
      <AlertDialog.Description className="mt-2 text-dim">{confirmation.impact}</AlertDialog.Description>
      {confirmation.typed !== null && (
        <div className="mt-4 flex flex-col gap-1.5">
          <label htmlFor={inputId} className="text-sm">
            Type <code className="rounded-sm bg-sunken px-1 font-mono">{confirmation.typed}</code> to confirm
          </label>
          <input
            id={inputId}
            className="field font-mono"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      )}
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button tone="danger" type="submit" disabled={!allowed}>
          {confirmation.action}
        </Button>
      </div>
    </form>
  );
}
