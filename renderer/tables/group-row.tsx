/** The row above the rows that say the same in a column: what they say, how many they are, and whether they are shown. */
import type { ReactNode } from 'react';
import { Icon } from '../ui/icons.tsx';
import { messages } from './messages.ts';
import type { GroupItem } from './table-items.ts';

interface GroupRowProps {
  readonly item: GroupItem;
  readonly span: number;
  readonly place: number;
  readonly isStop: boolean;
  readonly onToggle: (id: string) => void;
}

export function GroupRow({ item, span, place, isStop, onToggle }: GroupRowProps): ReactNode {
  return (
    <tr
      data-item={item.id}
      tabIndex={isStop ? 0 : -1}
      aria-rowindex={place + 2}
      className="grid-row h-row bg-sunken"
    >
      <td colSpan={span} className="border-b border-line p-0">
        <button
          type="button"
          tabIndex={-1}
          aria-expanded={item.open}
          onClick={() => onToggle(item.id)}
          className="sticky left-0 inline-flex h-row items-center gap-2 px-3 font-medium"
        >
          <Icon name="right" className={`size-3 ${item.open ? 'rotate-90' : ''}`} />
          {item.title || messages.nothingSaid}
          <span className="font-normal text-dim">{messages.groupRows(item.count)}</span>
        </button>
      </td>
    </tr>
  );
}
