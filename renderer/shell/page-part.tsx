/**
 * Pages whose code is fetched when they are first looked at, so that the window shows something before all of it is there. Once
 * it has nothing else to do it fetches the others, and going to them takes no longer than to any.
 */
import { type ReactNode, use } from 'react';

/** A page that may not be there yet. */
export interface PagePart<Props> {
  /** Fetches the code; resolves at once where it is there. Rejects where it cannot be fetched; asking again tries again. */
  load(): Promise<void>;
  /** Shows the page, and waits (React Suspense) while its code is fetched. */
  readonly Page: (props: Props) => ReactNode;
}

/** @param fetchCode answers the page, for example `async () => (await import('./some-page.tsx')).SomePage`. */
export function pagePart<Props extends object>(
  fetchCode: () => Promise<(props: Props) => ReactNode>,
): PagePart<Props> {
  let Loaded: ((props: Props) => ReactNode) | null = null;
  let loading: Promise<void> | null = null;
  let failed = false;
  const load = (): Promise<void> => {
    if (loading !== null && !failed) return loading;
    failed = false;
    loading = fetchCode().then(
      (page) => {
        Loaded = page;
      },
      (error: unknown) => {
        failed = true;
        throw error;
      },
    );
    return loading;
  };
  function Page(props: Props): ReactNode {
    // One that failed is not fetched again for being looked at: the guard of the page says why, and asks again when it is told to.
    if (Loaded === null) use(loading ?? load());
    return Loaded === null ? null : <Loaded {...props} />;
  }
  return { load, Page };
}
