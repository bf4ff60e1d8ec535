/**
 * The icon in the system's panel: how the daemons are, and a way back to the window. A desktop without a panel is
 * fine. Made once by main.ts.
 */
import { Menu, nativeImage, Tray } from 'electron';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { QUIT_LABEL } from './leave-words.ts';
import { type OverallStatus, overallStatus, statusBitmap } from './overall-status.ts';

/** Side of the icon in density-independent pixels: what panels show without scaling. */
const ICON_SIZE = 22;

/** What tray items do. */
export interface TrayActions {
  showWindow(): void;
  newWindow(): void;
  quit(): void;
}

/** The icon and its menu. */
export class StatusTray {
  #tray: Tray | null = null;
  readonly #actions: TrayActions;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #daemons = new Map<string, DaemonSnapshot>();

  constructor(manifests: readonly ManifestDescription[], actions: TrayActions) {
    this.#actions = actions;
    this.#titles = new Map(manifests.map(({ id, title }) => [id, title]));
    this.renew();
  }

  /** Makes the icon again: one that was made before the desktop had a panel does not appear in it. */
  renew(): void {
    this.#tray?.destroy();
    this.#tray = createTray();
    this.#tray?.on('click', this.#actions.showWindow);
    this.#draw();
  }

  /** Shows the new state of a daemon. */
  update(daemon: DaemonSnapshot): void {
    const before = this.#daemons.get(daemon.id);
    this.#daemons.set(daemon.id, daemon);
    if (before?.state !== daemon.state || before.unresponsive !== daemon.unresponsive) this.#draw();
  }

  close(): void {
    this.#tray?.destroy();
    this.#tray = null;
  }

  #draw(): void {
    if (this.#tray === null) return;
    const daemons = [...this.#daemons.values()];
    const lines = daemons.map((daemon) => {
      const state = daemon.unresponsive ? 'not responding' : daemon.state;
      return `${this.#titles.get(daemon.id) ?? daemon.id}: ${state}`;
    });
    this.#tray.setImage(icon(overallStatus(daemons)));
    this.#tray.setToolTip(['Signalbox', ...lines].join('\n'));
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        ...lines.map((label) => ({ label, enabled: false })),
        { type: 'separator' as const },
        { label: 'Show Window', click: () => this.#actions.showWindow() },
        { label: 'New Window', click: () => this.#actions.newWindow() },
        { type: 'separator' as const },
        { label: QUIT_LABEL, click: () => this.#actions.quit() },
      ]),
    );
  }
}

function createTray(): Tray | null {
  try {
    return new Tray(icon('idle'));
  } catch {
    return null;
  }
}

function icon(status: OverallStatus) {
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const size = ICON_SIZE * scaleFactor;
    const buffer = nativeImage
      .createFromBitmap(statusBitmap(status, size), { width: size, height: size })
      .toPNG();
    image.addRepresentation({ scaleFactor, width: size, height: size, buffer });
  }
  return image;
}
