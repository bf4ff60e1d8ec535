/** The buttons of the window. One that cannot be used now stays focusable, so that the keyboard does not lose its place. */
import { Button as BaseButton } from '@base-ui/react/button';
import type { ReactNode, Ref } from 'react';
import { Icon, type IconName } from './icons.tsx';
import { ignoreHeldKeys } from './key-repeat.ts';

export type ButtonTone = 'primary' | 'plain' | 'quiet' | 'danger' | 'harm';

const TONES: Readonly<Record<ButtonTone, string>> = {
  primary: 'border-transparent bg-accent text-on-accent hover:bg-accent-strong',
  plain: 'border-line bg-surface text-ink hover:bg-hover',
  quiet: 'border-transparent bg-transparent text-dim hover:bg-hover hover:text-ink',
  // Leads to a question about what harms, which has the filled one.
  harm: 'border-line bg-surface text-bad hover:bg-bad-soft',
  danger: 'border-transparent bg-bad text-surface hover:bg-bad-strong',
};

export interface ButtonProps {
  readonly children?: ReactNode;
  readonly tone?: ButtonTone;
  readonly icon?: IconName;
  /** Accessible name where it says more than the text, or where there is only an icon. */
  readonly label?: string;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly type?: 'button' | 'submit';
  readonly title?: string;
  readonly className?: string;
  readonly onClick?: () => void;
  readonly ref?: Ref<HTMLElement> | undefined;
}

export function Button(props: ButtonProps): ReactNode {
  const { tone = 'plain', disabled = false, children, icon } = props;
  const size = children === undefined ? 'w-control justify-center px-0' : 'px-2.5';
  const look = disabled ? `${TONES[tone]} pointer-events-none opacity-45` : TONES[tone];
  return (
    <BaseButton
      ref={props.ref}
      type={props.type ?? 'button'}
      disabled={disabled}
      focusableWhenDisabled
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      title={props.title}
      onClick={props.onClick}
      onKeyDownCapture={ignoreHeldKeys}
      className={`inline-flex h-control items-center gap-1.5 whitespace-nowrap rounded-md border text-sm font-medium transition-colors ${size} ${look} ${props.pressed === true ? 'bg-accent-soft! text-accent!' : ''} ${props.className ?? ''}`}
    >
      {icon !== undefined && <Icon name={icon} className="size-3.5" />}
      {children}
    </BaseButton>
  );
}
