/** Which command is open in the dialog: asked for by rows of tables and by the palette. One at a time in the window. */
import { create } from 'zustand';
import type { HostModel } from '../model/host-model.ts';
import { CommandRunner } from './command-runner.ts';

export interface CommandToOpen {
  /** Where it runs, whatever page of which host is shown by then. */
  readonly host: HostModel;
  readonly daemon: string;
  readonly command: string;
  /** Arguments filled in beforehand. */
  readonly args: Readonly<Record<string, string>>;
  /** The argument that has the focus at first, to be typed anew. */
  readonly focus?: string;
  /** Runs as soon as it is open: for what only reads and has all its arguments. */
  readonly atOnce?: boolean;
  /** Called when the command has run well. */
  readonly onDone?: () => void;
}

export interface OpenCommand extends CommandToOpen {
  readonly runner: CommandRunner;
}

export const useOpenCommand = create<{ open: OpenCommand | null }>(() => ({ open: null }));

/** Opens the dialog of a command. It goes with its host. */
export function openCommand(command: CommandToOpen): void {
  const { host, daemon } = command;
  if (host.closed.aborted) return;
  const open = { ...command, runner: new CommandRunner(host, daemon, command.command) };
  useOpenCommand.setState({ open });
  // The same listener is added to a signal once, however often a dialog is opened.
  host.closed.addEventListener('abort', closeWithHost);
}

function closeWithHost({ target }: Event): void {
  if (useOpenCommand.getState().open?.host.closed === target) closeCommand();
}

export function closeCommand(): void {
  useOpenCommand.setState({ open: null });
}
