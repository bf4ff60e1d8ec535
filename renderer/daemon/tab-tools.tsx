/** Room beside the tabs for what the chosen one is steered with, so that it needs no line of its own. */
import { createContext, type ReactNode, use } from 'react';
import { createPortal } from 'react-dom';

/** Where it is put; null where there are no tabs. */
export const TabToolsPlace = createContext<HTMLElement | null>(null);

/** Puts its children beside the tabs; where there are none, it stands where it is. */
export function TabTools({ children }: { children: ReactNode }): ReactNode {
  const place = use(TabToolsPlace);
  const tools = <div className="flex flex-wrap items-center gap-2">{children}</div>;
  return place === null ? tools : createPortal(tools, place);
}
