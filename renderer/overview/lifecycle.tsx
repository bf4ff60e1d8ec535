/**
 * Starting, stopping and restarting a daemon from the window: asks first where people would be disturbed, and says what
 * went wrong. Used by cards, daemon pages and the palette.
 */

import type { ReactNode } from 'react';
import { create } from 'zustand';
import type { WireError } from '../../contract/errors.ts';
import { sentence } from '../format/sentence.ts';
import { useHost, useHostModels, useHostState, useMay, useNaming } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import { named } from '../model/hosts.ts';
import { useCloseOnLeave } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { isAllowed, type LifecycleAction } from './lifecycle-rules.ts';
import { messages } from './messages.ts';

interface PendingAction {
  /** Where it is done, whatever page of which host is shown by then. */
  readonly host: HostModel;
  readonly id: string;
  readonly action: 'stop' | 'restart';
  readonly impact: string;
}

const usePending = create<{ pending: PendingAction | null }>(() => ({ pending: null }));

function closeQuestion(): void {
  usePending.setState({ pending: null });
}

/** Does an action, or first asks whether it may: main refuses what would disturb people until that is confirmed. */
export async function requestLifecycle(host: HostModel, id: string, action: LifecycleAction): Promise<void> {
  const outcome = await host.client.request(`daemon.${action}`, { id });
  if (outcome.ok) return;
  const impact = outcome.error.detail?.impact;
  if (action !== 'start' && outcome.error.code === 'confirmation_required' && typeof impact === 'string')
    ask({ host, id, action, impact });
  else notifyOf(host, id, outcome.error);
}

/** Puts the question, which goes with its host. */
function ask(pending: PendingAction): void {
  const { closed } = pending.host;
  if (closed.aborted) return;
  usePending.setState({ pending });
  // The same listener is added to a signal once, however often something is asked.
  closed.addEventListener('abort', closeWithHost);
}

function closeWithHost({ target }: Event): void {
  if (usePending.getState().pending?.host.closed === target) closeQuestion();
}

/** Does what was asked about, if anything was. */
export async function confirmLifecycle(): Promise<void> {
  const { pending } = usePending.getState();
  closeQuestion();
  if (pending === null) return;
  const { host, id, action } = pending;
  const outcome = await host.client.request(`daemon.${action}`, { id, confirmed: true });
  if (!outcome.ok) notifyOf(host, id, outcome.error);
}

function notifyOf(host: HostModel, id: string, error: WireError): void {
  host.notify('bad', `${id}: ${error.message}`);
}

/** The question of a pending action. Stands once in the window. */
export function LifecycleDialog(): ReactNode {
  const hosts = useHostModels();
  const pending = usePending((state) => state.pending);
  useCloseOnLeave(closeQuestion);
  const stopping = pending?.action === 'stop';
  return (
    <ConfirmDialog
      confirmation={
        pending === null
          ? null
          : {
              title: (stopping ? messages.stopTitle : messages.restartTitle)(
                named(hosts, pending.host.id, pending.id),
              ),
              impact: sentence(pending.impact),
              action: stopping ? messages.stopNow : messages.restartNow,
              typed: null,
            }
      }
      onCancel={closeQuestion}
      onConfirm={() => void confirmLifecycle()}
    />
  );
}

/** What an internal daemon has, which starts and stops with Signalbox: Start, where it is down and a person may help. */
export function StartWhereDown({ id }: { id: string }): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const state = useHostState((all) => all.daemons[id]?.state ?? 'stopped');
  const connected = useHostState((all) => all.connection.phase === 'connected');
  const may = useMay('daemon.start');
  if (!may || !isAllowed('start', state)) return null;
  return (
    <Button
      icon="play"
      tone={connected ? 'primary' : 'plain'}
      label={messages.startNamed(naming(id))}
      disabled={!connected}
      onClick={() => void requestLifecycle(host, id, 'start')}
    >
      {messages.start}
    </Button>
  );
}

const IN_ROW = { tone: 'quiet', className: 'h-6! w-6!' } as const;

/** The three buttons of a daemon in its row, each its sign alone and always in the same place. */
export function LifecycleButtons({ id }: { id: string }): ReactNode {
  const host = useHost();
  const naming = useNaming();
  const state = useHostState((all) => all.daemons[id]?.state ?? 'stopped');
  const connected = useHostState((all) => all.connection.phase === 'connected');
  // All three need the same access.
  const may = useMay('daemon.stop');
  const can = (action: LifecycleAction) => connected && isAllowed(action, state);
  const press = (action: LifecycleAction) => () => void requestLifecycle(host, id, action);
  if (!may) return null;
  return (
    <div className="flex justify-end">
      <Button
        icon="play"
        {...IN_ROW}
        label={messages.startNamed(naming(id))}
        disabled={!can('start')}
        onClick={press('start')}
      />
      <Button
        icon="stop"
        {...IN_ROW}
        label={messages.stopNamed(naming(id))}
        disabled={!can('stop')}
        onClick={press('stop')}
      />
      <Button
        icon="restart"
        {...IN_ROW}
        label={messages.restartNamed(naming(id))}
        disabled={!can('restart')}
        onClick={press('restart')}
      />
    </div>
  );
}
