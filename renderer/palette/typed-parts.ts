/** The part of the palette that reads what is typed is fetched once the window has nothing else to do, or the palette opens. */
import { useEffect, useState } from 'react';

type Parts = typeof import('./more-entries.ts');

let parts: Parts | null = null;

/** Fetches it; one that cannot be fetched is asked for again. */
export async function loadTypedParts(): Promise<void> {
  parts ??= await import('./more-entries.ts');
}

/** Null until it is there: the palette finds pages and commands without it. */
export function useTypedParts(): Parts | null {
  const [, setLoaded] = useState(parts !== null);
  useEffect(() => {
    let shown = true;
    loadTypedParts().then(
      () => shown && setLoaded(true),
      () => {},
    );
    return () => {
      shown = false;
    };
  }, []);
  return parts;
}
