/** Asks what a command would do with the arguments entered so far, whenever they rest. */
import { useEffect, useState } from 'react';
import type { CommandDescription } from '../../contract/manifest.ts';
import type { CommandRunner } from './command-runner.ts';
import type { Impact } from './impact.ts';

/** How long arguments that are being typed must rest, in milliseconds. */
const REST_MS = 250;

type Args = Readonly<Record<string, unknown>>;

/**
 * The answer to exactly these arguments; null until it is there.
 * @param args null while they are not right, or where nothing needs to be asked
 */
export function useImpact(
  runner: CommandRunner,
  command: CommandDescription,
  args: Args | null,
): Impact | null {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly impact: Impact } | null>(null);
  const key = args === null ? null : JSON.stringify(args);
  useEffect(() => {
    if (key === null) return;
    let current = true;
    const timer = setTimeout(async () => {
      const impact = await runner.impact(command, JSON.parse(key) as Args);
      if (current) setAnswer({ key, impact });
    }, REST_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [runner, command, key]);
  return answer !== null && answer.key === key ? answer.impact : null;
}
