/** What can be done with one row, as buttons: below its drawer, and on its page. */
import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { messages } from './messages.ts';
import type { Row } from './row-keys.ts';
import { byDanger, type RowTool } from './row-tools.ts';

interface RowButtonsProps {
  readonly label: string;
  readonly tools: readonly RowTool[];
  readonly row: Row;
  /** It is not there any more. */
  readonly gone: boolean;
  readonly className?: string;
}

/** Nothing where nothing can be done. */
export function RowButtons({ label, tools, row, gone, className = '' }: RowButtonsProps): ReactNode {
  const usable = byDanger(tools.filter(({ fits }) => fits(row)));
  if (usable.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: buttons are no fields of a form
    <div role="group" aria-label={label} className={`flex flex-wrap gap-2 ${className}`}>
      {usable.map((tool) => (
        <span key={tool.title} className="inline-flex flex-wrap items-center gap-1">
          <Button
            tone={tool.danger === 'safe' ? 'plain' : 'harm'}
            disabled={(gone && tool.outlives !== true) || tool.denied !== null}
            {...(tool.denied === null ? {} : { title: tool.denied })}
            onClick={() => tool.run(row)}
          >
            {tool.title}
          </Button>
          {tool.denied === null &&
            (!gone || tool.outlives === true) &&
            tool.choices?.map((choice) => (
              <Button
                key={choice.label}
                tone="quiet"
                label={messages.choice(tool.title, choice.label)}
                onClick={() => choice.run(row)}
              >
                {choice.label}
              </Button>
            ))}
        </span>
      ))}
    </div>
  );
}
