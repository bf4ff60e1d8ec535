/** Who uses a command's name of before is told the new one, in the same words by the command line and the control plane. */
import { SignalboxError } from './errors.ts';
import type { Renamed } from './manifest.ts';

/** The name that a command has now; null for one that never had another. */
export function newCommandName({ commands = {} }: Renamed, name: string): string | null {
  return Object.hasOwn(commands, name) ? (commands[name] ?? null) : null;
}

/** Throws SignalboxError `renamed_command`, with the new name as `detail.name`, for a name of before. */
export function refuseOldCommand(daemon: string, renamed: Renamed, name: string): void {
  const now = newCommandName(renamed, name);
  if (now === null) return;
  const text = `${daemon} ${name} is called ${now} now; "signalbox run ${daemon} ${now} --help" shows its arguments.`;
  throw new SignalboxError('renamed_command', text, { detail: { name: now } });
}
