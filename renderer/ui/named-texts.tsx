/** Names and what stands for them, in two columns: arguments of a question, fields of a result. */
import { Fragment, type ReactNode } from 'react';
import { NO_VALUE } from '../format/numbers.ts';

export interface NamedText {
  readonly name: string;
  /** Empty where there is nothing. */
  readonly text: string;
  /** Where it leads. */
  readonly href?: string | null;
}

export function NamedTexts({
  texts,
  className = '',
}: {
  texts: readonly NamedText[];
  className?: string;
}): ReactNode {
  if (texts.length === 0) return null;
  return (
    <dl className={`grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1 text-sm ${className}`}>
      {texts.map(({ name, text, href = null }) => (
        <Fragment key={name}>
          <dt className="text-dim">{name}</dt>
          <dd className="break-words">
            {text === '' ? (
              <span className="text-dim">{NO_VALUE}</span>
            ) : href === null ? (
              text
            ) : (
              <a href={href} className="rounded-sm text-accent hover:underline">
                {text}
              </a>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
