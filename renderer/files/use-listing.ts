/** The page of files that is looked at: read when it is opened, when another is wanted, and when something was changed. */
import { useCallback, useEffect, useState } from 'react';
import type { WireError } from '../../contract/errors.ts';
import type { FilesSpec } from '../../contract/manifest-views.ts';
import { limits } from '../../kit/limits.ts';
import { useCommandRunner } from '../commands/use-command-runner.ts';
import { type FilePage, filePageOf } from './listing.ts';

export interface Listing {
  /** What was read last; null before anything was. */
  readonly page: FilePage | null;
  /** Why the last reading failed. */
  readonly error: WireError | null;
  readonly isLoading: boolean;
  /** Counted from 1. */
  readonly number: number;
  /** Goes to the next page; null where there is none. */
  readonly next: (() => void) | null;
  readonly first: () => void;
  readonly reload: () => void;
}

/** Pages of what begins with `prefix`. Nothing is read while the daemon is not up. */
export function useListing(daemon: string, files: FilesSpec, prefix: string, up: boolean): Listing {
  const runner = useCommandRunner(daemon, files.list);
  const [place, setPlace] = useState({ prefix, after: '', number: 1 });
  const [read, setRead] = useState<Pick<Listing, 'page' | 'error'>>({ page: null, error: null });
  // Of another folder the first page comes first.
  const { after, number } = place.prefix === prefix ? place : { after: '', number: 1 };
  const reload = useCallback(async () => {
    const run = await runner.start(
      { prefix, after, folders: true, limit: limits.filesListed.default },
      false,
    );
    // What was asked for since is on its way.
    if (runner.run !== run) return;
    if (run.phase === 'done') setRead({ page: filePageOf(run.result), error: null });
    else if (run.phase === 'failed') setRead((before) => ({ ...before, error: run.error }));
  }, [runner, prefix, after]);
  useEffect(() => {
    if (up) void reload();
  }, [up, reload]);
  const onward = read.page?.next ?? null;
  return {
    ...read,
    isLoading: runner.run.phase === 'running',
    number,
    next: onward === null ? null : () => setPlace({ prefix, after: onward, number: number + 1 }),
    first: () => setPlace({ prefix, after: '', number: 1 }),
    reload: () => void reload(),
  };
}
