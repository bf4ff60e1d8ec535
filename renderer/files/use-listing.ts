/** The page of files that is looked at: read when it is opened, when another is wanted, and when something was changed. */
import { useCallback, useEffect, useState } from 'react';
import type { WireError } from '../../contract/errors.ts';
import type { FilesSpec } from '../../contract/manifest-views.ts';
import { limits } from '../../kit/limits.ts';
import { useCommandRunner } from '../commands/use-command-runner.ts';
import { useHost } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';
import { type FilePage, filePageOf } from './listing.ts';

export interface Listing {
  /** What was read last, also when one was here before; null before anything was. */
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

/** By daemon, and what was asked of it: shown at once where one comes back, until it is read again. */
const kept = new KeptAnswers<FilePage>();

/** Pages of what begins with `prefix`. Nothing is read while the daemon is not up. */
export function useListing(daemon: string, files: FilesSpec, prefix: string, up: boolean): Listing {
  const host = useHost();
  const runner = useCommandRunner(daemon, files.list);
  const [place, setPlace] = useState({ prefix, after: '', number: 1 });
  const [read, setRead] = useState<Pick<Listing, 'page' | 'error'> & { readonly question: string }>({
    question: '',
    page: null,
    error: null,
  });
  // Of another folder the first page comes first.
  const { after, number } = place.prefix === prefix ? place : { after: '', number: 1 };
  const question = JSON.stringify([daemon, prefix, after]);
  const put = () => runner.start({ prefix, after, folders: true, limit: limits.filesListed.default }, false);
  // The first question is put while the page is rendered, so that its answer is there sooner.
  const [first] = useState(() => ({ asked: up ? put() : null }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for what is put
  const reload = useCallback(async () => {
    const asked = first.asked ?? put();
    first.asked = null;
    const run = await asked;
    // What was asked for since is on its way.
    if (runner.run !== run) return;
    if (run.phase === 'done') {
      const page = filePageOf(run.result);
      kept.keep(host, question, page);
      setRead({ question, page, error: null });
    } else if (run.phase === 'failed') setRead((before) => ({ ...before, error: run.error }));
  }, [host, runner, question, first]);
  useEffect(() => {
    if (up) void reload();
  }, [up, reload]);
  const known = read.question === question ? read.page : (kept.get(host, question) ?? read.page);
  const onward = known?.next ?? null;
  return {
    page: known,
    error: read.error,
    isLoading: runner.run.phase === 'running',
    number,
    next: onward === null ? null : () => setPlace({ prefix, after: onward, number: number + 1 }),
    first: () => setPlace({ prefix, after: '', number: 1 }),
    reload: () => void reload(),
  };
}
