/**
 * Joins leaving.ts to Electron: windows, menu, tray, notifications, signals and the session's end. Made once by main.ts.
 */
import { app, type BrowserWindow, dialog, Notification, powerMonitor, type WebContents } from 'electron';
import type { ControlApi } from '../../contract/control/requests.ts';
import type { Manifest } from '../../contract/manifest.ts';
import {
  type FromDesktop,
  IPC_CHANNELS,
  type LeaveAnswer,
  type LeaveQuestion,
  type ToDesktop,
} from '../../contract/window-bridge.ts';
import { systemClock } from '../../kit/clock.ts';
import { createCaller, SYSTEM } from '../core/caller.ts';
import { DEFAULT_ON_CLOSE } from '../core/config/config-document.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { closeLabel, HIDDEN_NOTICE, type RunningDaemon } from './leave-words.ts';
import { Leaving } from './leaving.ts';
import { installMenu } from './menu.ts';
import { QuestionDesk, type QuestionPage } from './question-desk.ts';
import { hasTray, watchTray } from './tray-host.ts';
import { TrayNotice } from './tray-notice.ts';
import { Windows } from './windows.ts';

/** What the departure needs. */
export interface DepartureOptions {
  readonly dataDir: string;
  readonly origin: string;
  readonly control: Promise<ControlPlane>;
  readonly registry: readonly Manifest[];
}

export class Departure {
  readonly windows: Windows;
  readonly #control: Promise<ControlPlane>;
  /** Daemons that only Signalbox itself uses disturb nobody and are not named. */
  readonly #internal: ReadonlySet<string>;
  /** Null until it is up. */
  #plane: ControlPlane | null = null;
  readonly #leaving: Leaving;
  readonly #desk: QuestionDesk;
  readonly #notice: TrayNotice;
  /** What the desktop said last. */
  #tray = false;
  #onTray: () => void = () => {};
  #menuLabel = '';
  /** While the window is hidden: ends looking whether its icon is still shown. */
  #endWatch: Promise<() => void> | null = null;

  constructor({ dataDir, origin, control, registry }: DepartureOptions) {
    this.#control = control;
    this.#internal = new Set(registry.filter(({ internal }) => internal === true).map(({ id }) => id));
    this.windows = new Windows(dataDir, origin, {
      mayCloseLast: () => this.#mayCloseLast(),
      shownAgain: (window) => {
        void this.#endWatch?.then((end) => end());
        this.#endWatch = null;
        this.#notice.shownAgain(() => tell(window.webContents, { type: 'notice', text: HIDDEN_NOTICE.text }));
      },
      changed: () => this.#drawMenu(),
    });
    this.#desk = new QuestionDesk(
      { showWindow: () => pageOf(this.windows.focus()), askSystem },
      systemClock,
      CONTROL_LIMITS.questionShownMs,
    );
    this.#notice = new TrayNotice(dataDir, { notify: (appeared) => this.#notify(appeared) });
    this.#leaving = this.#makeLeaving();
    void control.then(
      (plane) => {
        this.#plane = plane;
        plane.subscribe(SYSTEM, (event) => {
          if (event.type === 'config') this.#drawMenu();
        });
        this.#drawMenu();
      },
      () => {},
    );
  }

  /** Listens to everything that closes windows or ends the app. */
  attend(): void {
    this.#drawMenu();
    void this.#askForTray();
    // A panel may come and go; the menu is only read, and the window only closed, by whom the window has the focus of.
    app.on('browser-window-focus', () => void this.#askForTray());
    app.on('browser-window-created', (_event, window) => window.on('session-end', () => this.#leaving.end()));
    app.on('window-all-closed', () => {
      if (!this.#leaving.ending) this.#leaving.quit();
    });
    app.on('before-quit', (event) => {
      event.preventDefault();
      this.#leaving.quit();
    });
    powerMonitor.on('shutdown', () => this.#leaving.end());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => this.#leaving.end());
  }

  /** Calls back when a panel that shows icons has come. */
  onTray(listener: () => void): void {
    this.#onTray = listener;
  }

  /** What a page says about questions. */
  received(pageId: number, message: ToDesktop): void {
    this.#desk.received(pageId, message);
  }

  #makeLeaving(): Leaving {
    const departure = this;
    return new Leaving(
      {
        get onClose() {
          return departure.#onClose;
        },
        hasTray: () => this.#askForTray(),
        running: () => this.#running(),
        ask: (question) => this.#desk.ask(question),
        remind: () => this.#desk.remind(),
        withdraw: () => this.#desk.withdraw(),
        hide: () => {
          this.windows.hide();
          this.#notice.hidden();
          this.#endWatch = watchTray(process.env, () => void this.#showIfLost());
        },
        drain: () => this.#drain(),
        force: () => this.#force(),
        exit: () => app.exit(0),
        now: () => systemClock.monotonic(),
      },
      CONTROL_LIMITS,
    );
  }

  get #onClose() {
    return this.#plane?.onClose ?? DEFAULT_ON_CLOSE;
  }

  #mayCloseLast(): boolean {
    if (this.#leaving.ending) return true;
    this.#leaving.close();
    return false;
  }

  async #askForTray(): Promise<boolean> {
    const { platform, env } = process;
    const tray = await hasTray({ platform, env, answerMs: CONTROL_LIMITS.trayAnswerMs });
    const came = tray && !this.#tray;
    this.#tray = tray;
    if (came) this.#onTray();
    this.#drawMenu();
    return tray;
  }

  /** A hidden window whose icon has gone with its panel could not be found again. */
  async #showIfLost(): Promise<void> {
    const tray = await this.#askForTray();
    if (!tray && this.#endWatch !== null && !this.#leaving.ending) this.windows.focus();
  }

  #drawMenu(): void {
    const label = closeLabel(this.windows.all.length, this.#onClose, this.#tray);
    if (label === this.#menuLabel) return;
    this.#menuLabel = label;
    installMenu({ newWindow: () => this.windows.open() }, label);
  }

  #notify(appeared: () => void): void {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title: HIDDEN_NOTICE.title, body: HIDDEN_NOTICE.text });
    notification.on('show', appeared);
    notification.on('click', () => this.windows.focus());
    notification.show();
  }

  async #drain(): Promise<void> {
    const drained = this.#control.then((plane) => plane.close('Signalbox was quit.'));
    const tooLong = new Promise((resolve) => setTimeout(resolve, CONTROL_LIMITS.quitMs));
    await Promise.race([drained.catch(() => {}), tooLong]);
    await this.windows.remember();
  }

  /** The daemons that have a process, with what stopping each would do to users. */
  async #running(): Promise<RunningDaemon[]> {
    const plane = this.#plane;
    // What has not come up yet serves nobody.
    if (plane === null) return [];
    const caller = createCaller({ ...SYSTEM, name: 'desktop' }, () => {});
    const up = plane.snapshots().filter(({ id, pid }) => pid !== null && !this.#internal.has(id));
    const impactOf = async (id: string): Promise<string | null> => {
      const outcome = await plane.handle('daemon.stopImpact', { id }, caller);
      if (outcome.ok) return (outcome.result as ControlApi['daemon.stopImpact']['result']).text;
      return `may disconnect people; how many cannot be told (${outcome.error.message.replace(/\.$/, '')})`;
    };
    return await Promise.all(up.map(async ({ id }) => ({ id, impact: await impactOf(id) })));
  }

  #force(): void {
    if (this.#plane === null) app.exit(0);
    else this.#plane.forceClose();
  }
}

function pageOf(window: BrowserWindow): QuestionPage {
  const { webContents } = window;
  return { id: webContents.id, send: (message) => tell(webContents, message) };
}

function tell(contents: WebContents, message: FromDesktop): void {
  if (!contents.isDestroyed() && !contents.isCrashed()) contents.send(IPC_CHANNELS.fromDesktop, message);
}

async function askSystem(question: LeaveQuestion, signal: AbortSignal): Promise<LeaveAnswer> {
  const choices: { label: string; answer: LeaveAnswer }[] = [
    { label: 'Cancel', answer: 'cancel' },
    ...(question.hide === null ? [] : [{ label: question.hide, answer: 'hide' as const }]),
    { label: question.quit, answer: 'quit' },
  ];
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Signalbox',
    message: question.title,
    detail: question.text,
    buttons: choices.map(({ label }) => label),
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    signal,
  });
  return choices[response]?.answer ?? 'cancel';
}
