/** Joins a component with a run of a command: it renders again whenever there is news of it. */
import { useMemo, useSyncExternalStore } from 'react';
import { useHost } from '../model/host-context.ts';
import { CommandRunner } from './command-runner.ts';

/** A runner for a command of the component's host, for as long as the component is about that command. */
export function useCommandRunner(daemon: string, command: string): CommandRunner {
  const host = useHost();
  const runner = useMemo(() => new CommandRunner(host, daemon, command), [host, daemon, command]);
  useFollow(runner);
  return runner;
}

/** Follows a runner that somebody else made. */
export function useFollow(runner: CommandRunner): void {
  useSyncExternalStore(runner.subscribe, runner.snapshot);
}
