/** A block that says what is wrong or worth knowing, and what to do about it. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

export type CalloutTone = 'bad' | 'warn' | 'info';

const LOOKS: Readonly<Record<CalloutTone, { icon: IconName; tone: string }>> = {
  bad: { icon: 'error', tone: 'bg-bad-soft text-bad' },
  warn: { icon: 'warning', tone: 'bg-warn-soft text-warn' },
  info: { icon: 'info', tone: 'bg-sunken text-dim' },
};

interface CalloutProps {
  readonly tone: CalloutTone;
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  /** Read out as soon as it appears. */
  readonly urgent?: boolean;
}

export function Callout({ tone, title, children, action, urgent = false }: CalloutProps): ReactNode {
  const look = LOOKS[tone];
  return (
    <div
      role={urgent ? 'alert' : undefined}
      className={`flex items-start gap-2.5 rounded-md px-3 py-2 text-sm ${look.tone}`}
    >
      <Icon name={look.icon} className="mt-0.5 size-4" />
      {/* Beside each other where both fit in a line. */}
      <div className="flex min-w-0 flex-1 flex-wrap gap-x-2">
        <p className="font-medium">{title}</p>
        {children !== undefined && <div className="min-w-0 text-ink break-words">{children}</div>}
      </div>
      {action}
    </div>
  );
}

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}

/** What stands where nothing is yet: why, and what to do next. */
export function EmptyState({ icon, title, children }: EmptyStateProps): ReactNode {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <span className="flex size-10 items-center justify-center rounded-full bg-sunken text-dim">
        <Icon name={icon} className="size-5" />
      </span>
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="max-w-prose text-sm text-dim">{children}</div>}
    </div>
  );
}
