/** Starting, stopping and restarting on the page of a daemon: what its state calls for is a button, the rest is in a menu. */
import { Menu } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { useHost, useHostState, useMay, useNaming } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { requestLifecycle } from './lifecycle.tsx';
import { isAllowed, type LifecycleAction } from './lifecycle-rules.ts';
import { messages } from './messages.ts';

/** What a person would do with a daemon as it is; null where it is well, or goes somewhere by itself. */
export function calledFor(daemon: DaemonSnapshot | undefined): LifecycleAction | null {
  if (daemon === undefined || isAllowed('start', daemon.state)) return 'start';
  if (daemon.state !== 'running') return null;
  return daemon.unresponsive || daemon.pendingRestart.length > 0 ? 'restart' : null;
}

/** In the order of the menu: what disturbs for longest comes last. */
const IN_MENU = ['start', 'restart', 'stop'] as const;

const ICONS = { start: 'play', restart: 'restart', stop: 'stop' } as const;
const NAMED = {
  start: messages.startNamed,
  restart: messages.restartNamed,
  stop: messages.stopNamed,
} as const;

export function LifecycleMenu({ id }: { id: string }): ReactNode {
  const host = useHost();
  const named = useNaming()(id);
  const daemon = useHostState((all) => all.daemons[id]);
  const connected = useHostState((all) => all.connection.phase === 'connected');
  // All three need the same access.
  const may = useMay('daemon.stop');
  if (!may) return null;
  const called = calledFor(daemon);
  const others = IN_MENU.filter((one) => one !== called && isAllowed(one, daemon?.state ?? 'stopped'));
  const ask = (action: LifecycleAction) => () => void requestLifecycle(host, id, action);
  return (
    <div data-page-actions="" className="flex gap-2">
      {called !== null && (
        <Button
          icon={ICONS[called]}
          tone={connected ? 'primary' : 'plain'}
          label={NAMED[called](named)}
          disabled={!connected}
          onClick={ask(called)}
        >
          {messages[called]}
        </Button>
      )}
      {others.length > 0 && (
        <Menu.Root modal={false}>
          <Menu.Trigger
            disabled={!connected}
            aria-label={messages.actionsOf(named)}
            className="inline-flex h-control items-center gap-1.5 rounded-md border border-line bg-surface px-2.5 text-sm font-medium hover:bg-hover disabled:pointer-events-none disabled:opacity-45"
          >
            {messages.actions}
            <Icon name="unfolded" className="size-3.5" />
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" sideOffset={2} className="z-50">
              <Menu.Popup
                aria-label={messages.actionsOf(named)}
                className="flex min-w-40 flex-col card p-1 shadow-float outline-none"
              >
                {others.map((action) => (
                  <Menu.Item
                    key={action}
                    aria-label={NAMED[action](named)}
                    onClick={ask(action)}
                    className={`flex h-control items-center gap-2 rounded-md px-2 text-sm data-highlighted:bg-hover ${action === 'stop' ? 'text-bad' : ''}`}
                  >
                    <Icon name={ICONS[action]} className="size-3.5" />
                    {messages[action]}
                  </Menu.Item>
                ))}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
    </div>
  );
}
