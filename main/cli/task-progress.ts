/** How far the long work of a daemon is, on the terminal of whoever waits for it: one line that is written over. */
import type { ControlEvent } from '../../contract/control/messages.ts';
import type { Task } from '../../contract/link/tasks.ts';
import { printable } from '../terminal/terminal.ts';
import type { SocketClient } from './socket-client.ts';

const TO_LINE_START = '\r';
const CLEAR_LINE = '\u001b[2K';

/** A task in a line: `Copying the database: pages, 40 %`. */
export function taskLine({ title, phase, done, total }: Task): string {
  const share = total === null || total === 0 ? '' : `${Math.min(100, Math.floor((done / total) * 100))} %`;
  const state = [phase, share].filter((part) => part !== '').join(', ');
  return printable(state === '' ? title : `${title}: ${state}`);
}

/**
 * Shows the tasks of `source` while `work` goes on; nothing where nobody looks on. Whose tasks they are nobody can tell, so
 * that those of others are shown too.
 */
export async function withProgress<Result>(
  client: Pick<SocketClient, 'onEvent'>,
  source: string,
  work: () => Promise<Result>,
  terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): Promise<Result> {
  if (terminal.isTTY !== true) return await work();
  let shown = false;
  const clear = () => {
    if (shown) terminal.write(`${TO_LINE_START}${CLEAR_LINE}`);
    shown = false;
  };
  client.onEvent((event: ControlEvent) => {
    if (event.type !== 'task' || event.source !== source) return;
    clear();
    if (event.task.end !== null) return;
    terminal.write(taskLine(event.task));
    shown = true;
  });
  try {
    return await work();
  } finally {
    clear();
    client.onEvent(() => {});
  }
}
