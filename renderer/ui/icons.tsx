/** The few icons of the window, drawn here so that nothing is fetched. All are decoration: words stand beside them. */
import type { ReactNode } from 'react';

const PATHS = {
  overview: 'M3 3h6v6H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 11h6v6H3z',
  daemon: 'M3 4h14v5H3zM3 11h14v5H3zM6 6.5h.01M6 13.5h.01',
  history: 'M3 10a7 7 0 1 0 2-4.9L3 7M3 3v4h4M10 6v4l3 2',
  audit: 'M5 2h7l4 4v12H5zM12 2v4h4M8 10h5M8 13h5',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  pools: 'M3 4h14M3 8h9M3 12h12M3 16h6',
  host: 'M3 4h14v9H3zM7 17h6M10 13v4',
  search: 'M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM13.5 13.5 17 17',
  play: 'M6 4l10 6-10 6z',
  stop: 'M5 5h10v10H5z',
  restart: 'M16 10a6 6 0 1 1-2-4.5L16 7M16 3v4h-4',
  copy: 'M7 7h10v10H7zM13 7V3H3v10h4',
  check: 'M4 10.5 8 15l8-10',
  warning: 'M10 3 2 17h16zM10 8v4M10 14.5h.01',
  error: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM7.5 7.5l5 5M12.5 7.5l-5 5',
  info: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM10 9v5M10 6h.01',
  clock: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM10 6v4.5l3 1.5',
  close: 'M5 5l10 10M15 5 5 15',
  menu: 'M3 5h14M3 10h14M3 15h14',
  up: 'M10 16V4M5 9l5-5 5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  right: 'M8 5l5 5-5 5',
  unfolded: 'M5 8l5 5 5-5',
  command: 'M3 5l5 5-5 5M10 15h7',
  pause: 'M7 4v12M13 4v12',
  dot: 'M10 5.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z',
  more: 'M3 10a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M8.5 10a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M14 10a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0',
  ring: 'M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8z',
} as const;

export type IconName = keyof typeof PATHS;

/** Which are filled shapes rather than lines. */
const FILLED = new Set<IconName>(['play', 'stop', 'dot', 'more']);

export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }): ReactNode {
  const filled = FILLED.has(name);
  return (
    <svg
      viewBox="0 0 20 20"
      aria-hidden="true"
      focusable="false"
      className={`shrink-0 ${className}`}
      fill={filled ? 'currentColor' : 'none'}
      stroke={filled ? 'none' : 'currentColor'}
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
