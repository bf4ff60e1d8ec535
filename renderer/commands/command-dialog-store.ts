/** Which command is open in the dialog: asked for by rows of tables and by the palette. */
import { create } from 'zustand';

export interface OpenCommand {
  readonly daemon: string;
  readonly command: string;
  /** Arguments filled in beforehand. */
  readonly args: Readonly<Record<string, string>>;
  /** Runs as soon as it is open: for what only reads and has all its arguments. */
  readonly atOnce?: boolean;
  /** Called when the command has run well. */
  readonly onDone?: () => void;
}

export const useOpenCommand = create<{ open: OpenCommand | null }>(() => ({ open: null }));

/** Opens the dialog of a command. */
export function openCommand(open: OpenCommand): void {
  useOpenCommand.setState({ open });
}

export function closeCommand(): void {
  useOpenCommand.setState({ open: null });
}
