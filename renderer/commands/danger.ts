/** What must be typed before an irreversible command runs. */
import type { CommandDescription } from '../../contract/manifest.ts';

/** The text to be typed; null where a plain question is enough. */
export function confirmationText(
  command: CommandDescription,
  args: Readonly<Record<string, unknown>>,
): string | null {
  if (command.danger !== 'irreversible') return null;
  const value = command.confirmArg === null ? undefined : args[command.confirmArg];
  return typeof value === 'string' && value !== '' ? value : command.name;
}
