/** The frame of the window: top bar, sidebar, the page, status bar. */
import { Dialog } from '@base-ui/react/dialog';
import { type ReactNode, useEffect, useState } from 'react';
import { CommandDialog } from '../commands/command-dialog.tsx';
import { GlobalKeys } from '../keys/global-keys.tsx';
import { useHostState, useHostStates } from '../model/host-context.ts';
import { LifecycleDialog } from '../overview/lifecycle.tsx';
import { CommandPalette } from '../palette/command-palette.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Mark } from '../ui/mark.tsx';
import { Banners } from './banners.tsx';
import { type Condition, hostCondition } from './daemon-conditions.ts';
import { LeaveDialog } from './leave-dialog.tsx';
import { messages } from './messages.ts';
import { Notices } from './notices.tsx';
import { Page } from './page.tsx';
import { RangePicker } from './range-picker.tsx';
import { useRoute } from './route.ts';
import { ScopePicker } from './scope-picker.tsx';
import { Sidebar } from './sidebar.tsx';
import { StatusBar } from './status-bar.tsx';
import { ViewMistakes } from './view-mistakes.tsx';

function Brand(): ReactNode {
  const host = useHostState((state) => state.host);
  return (
    <div className="flex items-center gap-2.5">
      <Mark />
      <span className="font-semibold tracking-tight">{messages.product}</span>
      {host !== null && <span className="text-xs text-dim max-sm:hidden">{host.version}</span>}
    </div>
  );
}

/** What the sidebar would say of a host that needs a person, where it is not seen; null of none. */
function useTrouble(): Condition | null {
  const conditions = useHostStates().map(({ state }) => hostCondition(state));
  return conditions.find((condition) => condition?.isTrouble) ?? null;
}

/** The sidebar as a drawer, where the window is narrow. */
function MenuDrawer(): ReactNode {
  const [open, setOpen] = useState(false);
  const route = useRoute();
  const trouble = useTrouble();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the page changes, whatever it changes to
  useEffect(() => setOpen(false), [route]);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger
        aria-label={trouble === null ? messages.openMenu : messages.openMenuTrouble(trouble.word)}
        title={trouble?.word}
        className="hidden h-control items-center gap-1 rounded-md px-1.5 hover:bg-hover max-lg:inline-flex"
      >
        <Icon name="menu" className="size-5" />
        {trouble !== null && <Icon name={trouble.icon} className={`size-3.5 ${trouble.tone}`} />}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-50 w-64 overflow-y-auto border-r border-line bg-surface shadow-float">
          <div className="flex items-center justify-between border-b border-line px-4 py-2">
            <Dialog.Title className="font-semibold">{messages.product}</Dialog.Title>
            <Button tone="quiet" icon="close" label={messages.closeMenu} onClick={() => setOpen(false)} />
          </div>
          <Sidebar />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

export function Shell(): ReactNode {
  return (
    <div className="flex h-full flex-col">
      <button
        type="button"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2 focus:shadow-float"
        onClick={() => document.getElementById('main')?.focus()}
      >
        {messages.skip}
      </button>
      <header className="flex h-bar shrink-0 items-center gap-3 border-b border-line bg-surface px-4">
        <MenuDrawer />
        <Brand />
        <ScopePicker />
        <RangePicker />
        <span className="flex-1" />
        <CommandPalette />
      </header>
      <div className="flex min-h-0 flex-1">
        <div className="w-sidebar shrink-0 overflow-y-auto border-r border-line bg-surface max-lg:hidden">
          <Sidebar />
        </div>
        <main id="main" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col overflow-y-auto">
          <Banners />
          <ViewMistakes />
          <Page />
        </main>
      </div>
      <StatusBar />
      <Notices />
      <LifecycleDialog />
      <CommandDialog />
      <LeaveDialog />
      <GlobalKeys />
    </div>
  );
}
