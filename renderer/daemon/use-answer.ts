/** What a command answers that only reads, for a page that shows it: at once what it answered last, and then what it answers now. */
import { useCallback, useEffect, useState } from 'react';
import type { CommandRun } from '../commands/command-runner.ts';
import { useCommandRunner } from '../commands/use-command-runner.ts';
import { useHost } from '../model/host-context.ts';
import { KeptAnswers } from '../model/kept-answers.ts';

/** By daemon, and what was asked of it. */
const kept = new KeptAnswers<CommandRun>();

type Args = Readonly<Record<string, unknown>>;

const NO_ARGS: Args = {};

export interface Answer {
  readonly last: CommandRun;
  readonly busy: boolean;
  readonly load: () => Promise<void>;
}

/** @param command null where nothing is to be asked; it is asked once `up`, whenever the arguments are others, and by `load`. */
export function useAnswer(daemon: string, command: string | null, up: boolean, args = NO_ARGS): Answer {
  const host = useHost();
  const runner = useCommandRunner(daemon, command ?? '');
  const question = JSON.stringify([daemon, command, args]);
  const [answered, setAnswered] = useState<{ readonly question: string; readonly run: CommandRun } | null>(
    null,
  );
  const load = useCallback(async () => {
    if (command === null) return;
    const [, , asked] = JSON.parse(question) as [string, string, Args];
    const run = await runner.start(asked, false);
    if (run.phase === 'done') kept.keep(host, question, run);
    setAnswered({ question, run });
  }, [host, question, command, runner]);
  useEffect(() => {
    if (up) void load();
  }, [up, load]);
  const last =
    answered?.question === question ? answered.run : (kept.get(host, question) ?? { phase: 'idle' as const });
  return { last, busy: runner.run.phase === 'running', load };
}
