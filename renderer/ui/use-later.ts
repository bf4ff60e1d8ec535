/** What is below the first picture of a page is rendered after it: somebody waits for the picture, and nobody has scrolled yet. */
import { startTransition, useEffect, useState } from 'react';
import { whenIdle } from './when-idle.ts';

/**
 * False in the first picture of a component, true soon after that was painted.
 * @param isSeen whether it is in that picture after all, where the component is new: then it is there at once
 */
export function useLater(isSeen = false): boolean {
  const [isLater, setLater] = useState(isSeen);
  useEffect(() => {
    if (!isLater) return whenIdle(() => startTransition(() => setLater(true)));
  }, [isLater]);
  return isLater;
}

/** The first so many of a list in the first picture, and so many more whenever the browser has time, until all are there. */
export function useInSteps<One>(all: readonly One[], step: number): readonly One[] {
  const [amount, setAmount] = useState(step);
  const isWhole = amount >= all.length;
  useEffect(() => {
    if (!isWhole) return whenIdle(() => startTransition(() => setAmount(amount + step)));
  }, [isWhole, amount, step]);
  return isWhole ? all : all.slice(0, amount);
}
