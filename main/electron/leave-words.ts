/** What is said before people are disconnected because a window is closed or the app quits, and in the menu. */
import type { LeaveQuestion } from '../../contract/window-bridge.ts';
import type { OnClose } from '../core/config/config-document.ts';

/** A daemon that runs, with what stopping it would do to users (`disconnects 42 clients`); null where that is nothing. */
export interface RunningDaemon {
  readonly id: string;
  readonly impact: string | null;
}

/** A question that has no number yet. */
export type LeaveWords = Omit<LeaveQuestion, 'id'>;

/** The question before quitting. */
export function quitQuestion(daemons: readonly RunningDaemon[]): LeaveWords {
  return {
    title: 'Quit Signalbox?',
    text: `Quitting stops all daemons. ${impactOf(daemons)}`,
    quit: QUIT,
    hide: null,
  };
}

/** The question when the last window is closed: with a tray there is a choice, without one closing means quitting. */
export function closeQuestion(daemons: readonly RunningDaemon[], tray: boolean): LeaveWords {
  const what = tray
    ? 'Signalbox can go on running in the tray. Quitting stops all daemons.'
    : 'This desktop shows no tray icons, so closing the last window quits Signalbox and stops all daemons.';
  return {
    title: 'Close Signalbox?',
    text: `${what} ${impactOf(daemons)}`,
    quit: QUIT,
    hide: tray ? 'Keep running' : null,
  };
}

/** What is said once, when closing the window has hidden it. */
export const HIDDEN_NOTICE = {
  title: 'Signalbox keeps running',
  text: 'Closing the window does not end Signalbox: the daemons keep running. The icon in the tray opens the window again, and so does starting Signalbox once more.',
};

/** What a menu item says closing the window will do. */
export function closeLabel(windows: number, onClose: OnClose, tray: boolean): string {
  if (windows > 1) return 'Close Window';
  if (onClose === 'quit' || !tray) return `Close Window - ${QUIT_LABEL}`;
  return onClose === 'tray' ? 'Close Window - Daemons Keep Running' : 'Close Window…';
}

export const QUIT_LABEL = 'Quit and Stop All Daemons';

const QUIT = 'Quit and stop all daemons';

function impactOf(daemons: readonly RunningDaemon[]): string {
  const said = daemons.flatMap(({ id, impact }) => (impact === null ? [] : [`Stopping ${id} ${impact}.`]));
  return said.length === 0 ? 'Nobody is connected.' : said.join(' ');
}
