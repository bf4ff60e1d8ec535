/** Entry of the desktop app: flags, single instance, the control plane and the first window, and an orderly end. */
import { join } from 'node:path';
import { app, dialog, powerMonitor, session } from 'electron';
import type { HostInfo } from '../../contract/control/host.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { registry } from '../../daemons/registry.ts';
import { keepFilesPrivate } from '../../daemons/runtime/files/private-files.ts';
import { survivesLostOutput } from '../../daemons/runtime/host/lost-output.ts';
import { createCaller, SYSTEM } from '../core/caller.ts';
import { type ControlPlane, createControlPlane } from '../core/control-plane.ts';
import { makeDataFolder } from '../core/instance/data-folder.ts';
import { readDataFormat } from '../core/instance/data-format.ts';
import { configFileOf, dataDirOf } from '../core/instance/default-paths.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { createForkLauncher } from '../fork/fork-launcher.ts';
import { registerAppOrigin, serveApp } from './app-protocol.ts';
import { Departure } from './departure.ts';
import { type DesktopFlags, parseFlags, UsageError } from './flags.ts';
import { serveIpc } from './ipc.ts';
import { FailureNotifier } from './notifications.ts';
import { daemonEntry, RENDERER_DIR } from './paths.ts';
import { denyPermissions, guardWebContents } from './security.ts';
import { leaveSilentBus } from './session-bus.ts';
import { StatusTray } from './tray.ts';
import { DesktopLauncher } from './utility-launcher.ts';

async function run(): Promise<void> {
  survivesLostOutput();
  keepFilesPrivate();
  // Once Electron is ready it is too late.
  leaveSilentBus(process.platform, process.env, CONTROL_LIMITS.busAnswerMs, warn);
  const flags = parseFlags(process.argv.slice(1), process.cwd());
  const dataDir = dataDirOf(flags.dataDir ?? undefined);
  readDataFormat(dataDir);
  // Chromium's profile lives in the data directory, and with it the lock: two data directories run side by side.
  const profileDir = join(dataDir, 'desktop');
  makeDataFolder(profileDir);
  app.setPath('userData', profileDir);
  if (!app.requestSingleInstanceLock()) {
    process.stdout.write(`Signalbox is running on ${dataDir}; its window was brought to the front.\n`);
    app.exit(0);
    return;
  }
  const origin = registerAppOrigin();
  guardWebContents(origin);
  await app.whenReady();
  denyPermissions(session.defaultSession, origin);
  serveApp(session.defaultSession, origin, RENDERER_DIR);

  // The window loads while the control plane starts; its first request waits for it.
  const control = startControlPlane(flags, dataDir);
  const departure = new Departure({ dataDir, origin, control, registry });
  const { windows } = departure;
  serveIpc({ windows, origin, control, onDesktop: (pageId, message) => departure.received(pageId, message) });
  app.on('second-instance', () => windows.focus());
  app.on('activate', () => windows.focus());
  departure.attend();
  windows.open();
  await attend(await control, departure);
}

function warn(text: string): void {
  process.stderr.write(`signalbox: ${text}\n`);
}

async function startControlPlane(flags: DesktopFlags, dataDir: string): Promise<ControlPlane> {
  const daemonNode = process.env.SIGNALBOX_DAEMON_NODE;
  return await createControlPlane({
    host: 'desktop',
    version: app.getVersion(),
    runtime: `electron ${process.versions.electron}`,
    registry,
    launcher: new DesktopLauncher({
      entryOf: daemonEntry,
      forkLauncher: daemonNode ? createForkLauncher({ execPath: daemonNode, entryOf: daemonEntry }) : null,
    }),
    daemonRuntime: (_id, configured) => configured ?? (daemonNode ? 'node' : 'host'),
    onWaiting: warn,
    dataDir,
    configFile: configFileOf(flags.configFile ?? undefined),
    autostart: flags.autostart,
  });
}

/** What the desktop does with the control plane beside showing it in windows. */
async function attend(control: ControlPlane, departure: Departure): Promise<void> {
  const { windows } = departure;
  powerMonitor.on('suspend', () => control.suspend());
  powerMonitor.on('resume', () => control.resume());
  const hello = await control.handle(
    'hello',
    {},
    createCaller({ ...SYSTEM, name: 'desktop' }, () => {}),
  );
  if (!hello.ok) throw new Error(hello.error.message);
  const { manifests, daemons } = hello.result as HostInfo;
  const tray = new StatusTray(manifests, {
    showWindow: () => windows.focus(),
    newWindow: () => windows.open(),
    quit: () => app.quit(),
  });
  departure.onTray(() => tray.renew());
  const notifier = new FailureNotifier(() => windows.focus());
  for (const daemon of daemons) tray.update(daemon);
  control.subscribe(SYSTEM, (event) => {
    if (event.type !== 'daemon') return;
    tray.update(event.daemon);
    notifier.update(event.daemon);
  });
  app.on('will-quit', () => tray.close());
}

/** The data folder belongs to a newer version: starting again would not help (EX_CONFIG of sysexits.h). */
function isUnusable(thrown: unknown): boolean {
  return thrown instanceof SignalboxError && thrown.code === 'data_unusable';
}

run().catch(async (thrown: unknown) => {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`signalbox: ${message}\n`);
  // From a terminal the line above is enough; a packaged app has none.
  if (app.isPackaged && app.isReady()) {
    await dialog.showMessageBox({ type: 'error', title: 'Signalbox could not start', message });
  }
  app.exit(thrown instanceof UsageError ? 2 : isUnusable(thrown) ? 78 : 1);
});
