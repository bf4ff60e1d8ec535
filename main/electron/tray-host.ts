/**
 * Whether the desktop shows tray icons, so that a window may be hidden and found again. Asked by departure.ts.
 *
 * Electron makes a Tray everywhere and cannot say whether anybody shows it. Windows always has its notification area and
 * macOS its menu bar. On Linux it depends on the desktop: panels that show icons (KDE, most others with an applet or an
 * extension) register as hosts with the StatusNotifierWatcher on the session bus. GNOME without an extension has none.
 */
import type { DBusConnection, Message, MessageBus } from 'dbus-native';
import { type Environment, sessionBusAddress } from './session-bus.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

/** What decides it. */
export interface TrayHostOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  /** How long the bus may take to answer, in milliseconds. */
  readonly answerMs: number;
}

/** Whether tray icons are shown. No bus, no answer in time and no watcher mean no; never rejects. */
export async function hasTray(options: TrayHostOptions): Promise<boolean> {
  if (options.platform === 'win32' || options.platform === 'darwin') return true;
  const busAddress = sessionBusAddress(options.env);
  if (busAddress === null) return false;
  let connection: DBusConnection | null = null;
  let timer: NodeJS.Timeout | undefined;
  try {
    // Loaded where it is used: on other systems, and without a bus, nobody needs it.
    const { sessionBus } = await import('dbus-native');
    // `direct` leaves out the library's own Hello, whose failure it throws where nobody can catch it. One deadline holds
    // for everything, from the connection to the answer.
    const bus = sessionBus({ busAddress, direct: true, timeout: 0 });
    connection = bus.connection;
    const silence = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, options.answerMs, false);
    });
    return await Promise.race([hostRegistered(bus), failureOf(connection), silence]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    connection?.end();
    connection?.stream.destroy();
  }
}

/**
 * Calls back once it looks, and then each time that a panel may have come or gone, until the returned function is called;
 * {@link hasTray} tells what is so then. A bus that ends is such a time too. Where there is no bus, nothing can come or go.
 */
export async function watchTray(env: Environment, onChange: () => void): Promise<() => void> {
  const busAddress = sessionBusAddress(env);
  if (busAddress === null) return () => {};
  try {
    const { sessionBus } = await import('dbus-native');
    const bus = sessionBus({ busAddress, direct: true, timeout: 0 });
    const { connection } = bus;
    const isSignal = ({ type, member }: Message) => type === SIGNAL && CHANGES.has(member ?? '');
    let ended = false;
    const changed = () => {
      if (!ended) onChange();
    };
    connection.on('message', (message) => {
      if (isSignal(message)) changed();
    });
    connection.on('error', changed);
    connection.on('close', changed);
    // Only what is about the watcher is sent to us. What happened before the rules were in force is not told, so look then.
    const rules = [
      bus.invokeDbus({ member: 'Hello' }),
      bus.addMatch(
        `type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${WATCHER}'`,
      ),
      bus.addMatch(`type='signal',interface='${WATCHER}'`),
    ];
    void Promise.all(rules).then(changed, changed);
    return () => {
      ended = true;
      connection.end();
      connection.stream.destroy();
    };
  } catch {
    return () => {};
  }
}

/** Message type of the protocol. */
const SIGNAL = 4;
const CHANGES: ReadonlySet<string> = new Set([
  'NameOwnerChanged',
  'StatusNotifierHostRegistered',
  'StatusNotifierHostUnregistered',
]);

/** https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/StatusNotifierWatcher/ */
async function hostRegistered(bus: MessageBus): Promise<boolean> {
  await bus.invokeDbus({ member: 'Hello' });
  const answer: unknown = await bus.invoke({
    destination: WATCHER,
    path: '/StatusNotifierWatcher',
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [WATCHER, 'IsStatusNotifierHostRegistered'],
  });
  return answer === true;
}

/** Resolves when the connection breaks; it also keeps its `error` events from ending the process. */
function failureOf(connection: DBusConnection): Promise<false> {
  return new Promise((resolve) => {
    connection.on('error', () => resolve(false));
    connection.on('close', () => resolve(false));
  });
}
