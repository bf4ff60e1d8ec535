/**
 * Opens, remembers and revives the dashboard windows. main.ts and the menu ask for windows; ipc.ts asks whether a
 * message comes from one of them.
 */
import { BrowserWindow, Notification, nativeTheme, screen } from 'electron';
import { PRELOAD_FILE } from './paths.ts';
import { isReachable, WindowStateFile } from './window-state.ts';

const DEFAULT_SIZE = { width: 1280, height: 840 };
const MINIMUM_SIZE = { minWidth: 720, minHeight: 480 };
/** A further window is opened this far from the one before it. */
const CASCADE_PIXELS = 28;
/** The window state is written once the window has been left alone for this long. */
const SAVE_DELAY_MS = 300;
/** A page that dies this often within {@link REVIVAL_WINDOW_MS} is not loaded again by itself. */
const REVIVALS = 3;
const REVIVAL_WINDOW_MS = 60_000;

/** The page colours of the window before its stylesheet is there, so that it opens without a flash. */
const BACKGROUND = { light: '#f7f8fa', dark: '#0f1216' };

/** What windows ask and tell. */
export interface WindowEvents {
  /** Whether the only window that is open may close now. */
  mayCloseLast(): boolean;
  /** A window that was hidden is shown again. */
  shownAgain(window: BrowserWindow): void;
  /** A window was opened or closed. */
  changed(): void;
}

/** All windows of the app. At most one is hidden, and then it is the only one. */
export class Windows {
  readonly #origin: string;
  readonly #events: WindowEvents;
  readonly #stateFile: WindowStateFile;
  readonly #windows = new Set<BrowserWindow>();
  #saved: Promise<void> = Promise.resolve();
  #saveTimer: NodeJS.Timeout | null = null;
  #hidden: BrowserWindow | null = null;

  /** Windows are loaded from `origin`, which main.ts has taken care to serve. */
  constructor(dataDir: string, origin: string, events: WindowEvents) {
    this.#origin = origin;
    this.#events = events;
    this.#stateFile = new WindowStateFile(dataDir);
    nativeTheme.on('updated', () => {
      for (const window of this.#windows) window.setBackgroundColor(background());
    });
  }

  /** Every open window, oldest first. */
  get all(): readonly BrowserWindow[] {
    return [...this.#windows];
  }

  /** Shows the window that is hidden, else opens one more; the first takes the place where the last one was closed. */
  open(): BrowserWindow {
    if (this.#hidden !== null) return this.focus();
    const { bounds, maximised } = this.#place();
    const window = new BrowserWindow({
      ...bounds,
      ...MINIMUM_SIZE,
      title: 'Signalbox',
      show: false,
      backgroundColor: background(),
      webPreferences: {
        preload: PRELOAD_FILE,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        // Compiled code is kept from the first start on, not only once the app was started often.
        v8CacheOptions: 'bypassHeatCheck',
        // Dictionaries would be downloaded from the network.
        spellcheck: false,
      },
    });
    this.#windows.add(window);
    window.once('ready-to-show', () => {
      if (window === this.#hidden) return;
      if (maximised) window.maximize();
      window.show();
    });
    const remember = () => this.#rememberSoon(window);
    window.on('resize', remember);
    window.on('move', remember);
    window.on('maximize', remember);
    window.on('unmaximize', remember);
    window.on('close', (event) => {
      this.#remember(window);
      if (this.#windows.size === 1 && !this.#events.mayCloseLast()) event.preventDefault();
    });
    window.on('closed', () => {
      this.#windows.delete(window);
      if (window === this.#hidden) this.#hidden = null;
      this.#events.changed();
    });
    this.#reviveAfterCrash(window);
    void window.loadURL(`${this.#origin}/`);
    this.#events.changed();
    return window;
  }

  /** Brings a window to the front, opening one where none is open, and returns it. */
  focus(): BrowserWindow {
    const focused = BrowserWindow.getFocusedWindow();
    const ours = focused !== null && this.#windows.has(focused) ? focused : this.all.at(-1);
    if (ours === undefined) return this.open();
    const wasHidden = ours === this.#hidden;
    this.#hidden = null;
    if (ours.isMinimized()) ours.restore();
    ours.show();
    ours.focus();
    if (wasHidden) this.#events.shownAgain(ours);
    return ours;
  }

  /** Takes the last window off the screen; its page goes on. {@link focus} and {@link open} bring it back. */
  hide(): void {
    const [window] = this.#windows;
    if (window === undefined || this.#windows.size > 1) return;
    this.#hidden = window;
    window.hide();
  }

  /** Writes where the newest window is; resolves when that is on disk. */
  async remember(): Promise<void> {
    const window = this.all.at(-1);
    if (window !== undefined) this.#remember(window);
    await this.#saved;
  }

  #place(): { bounds: { x?: number; y?: number; width: number; height: number }; maximised: boolean } {
    const previous = this.all.at(-1);
    if (previous !== undefined) {
      const { x, y, width, height } = previous.getNormalBounds();
      const bounds = { x: x + CASCADE_PIXELS, y: y + CASCADE_PIXELS, width, height };
      return { bounds: this.#reachable(bounds) ? bounds : { width, height }, maximised: false };
    }
    const stored = this.#stateFile.load();
    if (stored === null) return { bounds: DEFAULT_SIZE, maximised: false };
    const { width, height } = stored.bounds;
    return {
      bounds: this.#reachable(stored.bounds) ? stored.bounds : { width, height },
      maximised: stored.maximised,
    };
  }

  #reachable(bounds: { x: number; y: number; width: number; height: number }): boolean {
    const displays = screen.getAllDisplays().map((display) => display.workArea);
    return isReachable(bounds, displays);
  }

  #rememberSoon(window: BrowserWindow): void {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => this.#remember(window), SAVE_DELAY_MS);
  }

  #remember(window: BrowserWindow): void {
    if (this.#saveTimer !== null) clearTimeout(this.#saveTimer);
    this.#saveTimer = null;
    if (window.isDestroyed()) return;
    this.#saved = this.#stateFile.save({ bounds: window.getNormalBounds(), maximised: window.isMaximized() });
  }

  /** Loads the page again when its process dies, and says so; a page that keeps dying is left to the operator. */
  #reviveAfterCrash(window: BrowserWindow): void {
    let deaths: number[] = [];
    window.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason === 'clean-exit' || window.isDestroyed()) return;
      const now = Date.now();
      deaths = [...deaths.filter((time) => now - time < REVIVAL_WINDOW_MS), now];
      if (deaths.length > REVIVALS) {
        tell(
          'The window keeps failing',
          `Its process ended again (${details.reason}). Close it and open a new one.`,
        );
        return;
      }
      tell(
        'The window was loaded again',
        `Its process had ended (${details.reason}). No daemon was affected.`,
      );
      window.webContents.reload();
    });
  }
}

function background(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light;
}

function tell(title: string, body: string): void {
  process.stderr.write(`signalbox: ${title}: ${body}\n`);
  if (Notification.isSupported()) new Notification({ title, body }).show();
}
