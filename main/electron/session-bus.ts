/**
 * The session bus as the desktop app finds it at its start. Electron and GTK connect to it while the first window is made and
 * wait for its answer without a deadline, on the thread that everything runs on: a bus that accepts and says nothing, as
 * that of a session which hangs, would keep the app from starting. So it is greeted before Electron is ready, and left alone
 * where it is silent. Called by main.ts; tray-host.ts asks where the bus is.
 */
import { Worker } from 'node:worker_threads';

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What libraries take for a bus that is not to be used. */
const NO_BUS = 'disabled:';

/** Where libdbus looks too: the variable, else the user's bus in the runtime directory. Null where there is neither. */
export function sessionBusAddress(env: Environment): string | null {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS;
  return env.XDG_RUNTIME_DIR ? `unix:path=${env.XDG_RUNTIME_DIR}/bus` : null;
}

/**
 * Takes a session bus that does not answer within `answerMs` (milliseconds) out of the environment of this process, and says
 * so. One that cannot be reached stays: whoever asks it is refused at once. Blocks: the libraries of Electron must not have
 * looked for the bus before, and they do once Electron is ready.
 */
export function leaveSilentBus(
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
  answerMs: number,
  say: (text: string) => void,
): void {
  const address = platform === 'win32' || platform === 'darwin' ? null : sessionBusAddress(env);
  const path = address === null ? null : socketPath(address);
  if (path === null || !isSilent(path, answerMs)) return;
  env.DBUS_SESSION_BUS_ADDRESS = NO_BUS;
  say(
    `The session bus ${address} has not answered within ${answerMs / 1000} s; Signalbox runs without it, so without an icon in the tray and without notifications. Start it again when the bus answers.`,
  );
}

/**
 * What the first address of a list means to `net.connect`; null for other transports, which sessions do not use.
 * D-Bus Specification, "Server Addresses".
 */
function socketPath(addresses: string): string | null {
  const [address = ''] = addresses.split(';');
  const [, kind, value] = /^unix:(?:[^,]*,)*?(path|abstract)=([^,]+)/.exec(address) ?? [];
  if (kind === undefined || value === undefined) return null;
  const text = value.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return kind === 'path' ? text : `\0${text}`;
}

/**
 * In a thread of its own, because this one waits. Whatever is answered to the offer to authenticate ("Authentication
 * Protocol"), be it a refusal, comes from a bus that is not silent.
 */
const GREETING = `
const { workerData: { answered, path, uid } } = require('node:worker_threads');
const done = () => { Atomics.store(answered, 0, 1); Atomics.notify(answered, 0); socket.destroy(); };
const socket = require('node:net').connect(path, () => socket.write('\\0AUTH EXTERNAL ' + Buffer.from(uid).toString('hex') + '\\r\\n'));
socket.on('data', done).on('error', done).on('close', done);
`;

function isSilent(path: string, answerMs: number): boolean {
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const uid = String(process.getuid?.() ?? 0);
  const worker = new Worker(GREETING, { eval: true, workerData: { answered, path, uid } });
  worker.unref();
  // What goes wrong in it is told when nobody waits any more, and must not end the app.
  worker.on('error', () => {});
  const silent = Atomics.wait(answered, 0, 0, answerMs) === 'timed-out';
  void worker.terminate();
  return silent;
}
