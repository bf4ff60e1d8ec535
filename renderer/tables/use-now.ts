/** The time of a host, for what says how long ago something was. */
import { useEffect, useState } from 'react';
import { useHost } from '../model/host-context.ts';

/** How often the time is looked at, in milliseconds: while something is seconds old, and otherwise. */
const FINE_MS = 1_000;
const COARSE_MS = 15_000;

/**
 * Unix milliseconds of the host. The component renders again as the time goes on, while the window is seen.
 * @param ages times that are shown; none needs nothing
 */
export function useNow(ages: readonly number[]): number {
  const host = useHost();
  const [, setTicks] = useState(0);
  const now = host.hostNow();
  const period =
    ages.length === 0 ? null : ages.some((time) => Math.abs(now - time) < 60_000) ? FINE_MS : COARSE_MS;
  useEffect(() => {
    if (period === null) return;
    const timer = setInterval(() => {
      if (!document.hidden) setTicks((ticks) => ticks + 1);
    }, period);
    return () => clearInterval(timer);
  }, [period]);
  return now;
}
