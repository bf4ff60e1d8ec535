/** The actions of a row in a menu, the harmful last. One menu serves all rows of a table. */
import { Menu } from '@base-ui/react/menu';
import { Fragment, type ReactNode } from 'react';
import { messages } from './messages.ts';
import type { Row } from './row-keys.ts';
import { byDanger, type RowTool } from './row-tools.ts';

export interface OpenMenu {
  readonly row: Row;
  /** Its button. */
  readonly anchor: HTMLElement;
  /** What the row is called. */
  readonly name: string;
}

export function RowMenu({
  open,
  tools,
  onClose,
}: {
  open: OpenMenu | null;
  tools: readonly RowTool[];
  onClose: () => void;
}): ReactNode {
  const usable = open === null ? [] : byDanger(tools.filter(({ fits }) => fits(open.row)));
  return (
    <Menu.Root
      open={open !== null}
      modal={false}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Menu.Portal>
        <Menu.Positioner anchor={open?.anchor ?? null} align="end" sideOffset={2} className="z-50">
          <Menu.Popup
            aria-label={messages.actionsOf(open?.name ?? '')}
            finalFocus={() => open?.anchor ?? null}
            className="flex min-w-40 max-w-80 flex-col card p-1 shadow-float outline-none"
          >
            {usable.map((tool, at) => (
              <Fragment key={tool.title}>
                <Menu.Item
                  disabled={tool.denied !== null}
                  onClick={() => {
                    if (open !== null) tool.run(open.row);
                  }}
                  className={`flex flex-col rounded-md px-2 py-1 text-sm data-highlighted:bg-hover ${tool.denied !== null ? 'text-dim' : tool.danger === 'safe' ? 'text-ink' : 'text-bad'} ${tool.danger !== 'safe' && at > 0 && usable[at - 1]?.danger === 'safe' ? 'mt-1 border-t border-line' : ''}`}
                >
                  {tool.title}
                  {tool.denied !== null && <span className="text-xs">{tool.denied}</span>}
                </Menu.Item>
                {tool.denied === null && (tool.choices ?? []).length > 0 && (
                  <Menu.Group
                    aria-label={messages.choicesOf(tool.title)}
                    className="flex flex-wrap gap-1 px-2 pb-1"
                  >
                    {tool.choices?.map(({ label, run }) => (
                      <Menu.Item
                        key={label}
                        aria-label={messages.choice(tool.title, label)}
                        onClick={() => {
                          if (open !== null) run(open.row);
                        }}
                        className="flex min-h-6 items-center rounded-md border border-line px-2 text-xs data-highlighted:bg-hover"
                      >
                        {label}
                      </Menu.Item>
                    ))}
                  </Menu.Group>
                )}
              </Fragment>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
