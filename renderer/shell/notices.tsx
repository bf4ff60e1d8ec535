/** Short messages about what was done, in a corner, and the live region that reads state changes out. */
import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import { useHostModels, useScreen } from '../model/host-context.ts';
import { told } from '../model/hosts.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { messages } from './messages.ts';

const LOOKS = {
  good: { icon: 'check', tone: 'text-good' },
  bad: { icon: 'error', tone: 'text-bad' },
  info: { icon: 'info', tone: 'text-dim' },
} satisfies Record<string, { icon: IconName; tone: string }>;

export function Notices(): ReactNode {
  const screen = useScreen();
  const hosts = useHostModels();
  const { notices, announcements } = useStore(screen.store);
  return (
    <>
      {/* Each is read by itself, not again with the next. */}
      <div role="status" aria-atomic="false" className="sr-only">
        {announcements.map(({ id, host, text }) => (
          <p key={id}>{told(hosts, host, text)}</p>
        ))}
      </div>
      <div aria-live="polite" className="fixed right-4 bottom-12 z-30 flex w-80 max-w-dialog flex-col gap-2">
        {notices.map((notice) => (
          <div
            key={notice.id}
            className="appears flex items-start gap-2.5 card py-2 pr-2 pl-3 text-sm shadow-float"
          >
            <Icon name={LOOKS[notice.tone].icon} className={`mt-2 size-4 ${LOOKS[notice.tone].tone}`} />
            <p className="min-w-0 flex-1 py-1.5 break-words">{told(hosts, notice.host, notice.text)}</p>
            <Button
              tone="quiet"
              icon="close"
              label={messages.dismiss}
              onClick={() => screen.dismiss(notice.id)}
            />
          </div>
        ))}
      </div>
    </>
  );
}
