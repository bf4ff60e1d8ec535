/**
 * A desktop with a panel that shows tray icons: a session bus of its own, on which the StatusNotifierWatcher says that a
 * panel is there. Nothing of the machine's own session is touched.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createBroker, type MessageBus, sessionBus } from 'dbus-native';

const WATCHER = 'org.kde.StatusNotifierWatcher';

export class TrayDesktop {
  /** What goes into `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string;
  /** Icons that registered themselves, by name on the bus. */
  readonly icons: readonly string[];
  readonly #bus: MessageBus;
  readonly #end: () => Promise<void>;

  private constructor(address: string, icons: readonly string[], bus: MessageBus, end: () => Promise<void>) {
    this.address = address;
    this.icons = icons;
    this.#bus = bus;
    this.#end = end;
  }

  static async start(): Promise<TrayDesktop> {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-e2e-bus-'));
    const daemon = (await startDaemon(folder)) ?? (await startBroker(folder));
    const bus = sessionBus({ busAddress: daemon.address });
    const icons: string[] = [];
    const watcher = {
      IsStatusNotifierHostRegistered: true,
      ProtocolVersion: 0,
      RegisteredStatusNotifierItems: icons,
      RegisterStatusNotifierItem: (name: string) => {
        icons.push(name);
        return null;
      },
    };
    bus.exportInterface(watcher, '/StatusNotifierWatcher', {
      name: WATCHER,
      methods: { RegisterStatusNotifierItem: ['s', '', ['service'], []] },
      properties: {
        IsStatusNotifierHostRegistered: { type: 'b', access: 'read' },
        ProtocolVersion: { type: 'i', access: 'read' },
        RegisteredStatusNotifierItems: { type: 'as', access: 'read' },
      },
    });
    await bus.requestName(WATCHER, 0);
    return new TrayDesktop(daemon.address, icons, bus, async () => {
      await bus.close();
      await daemon.end();
      await rm(folder, { recursive: true, force: true });
    });
  }

  /** The panel goes; the bus stays. */
  async close(): Promise<void> {
    // Its connection stays to answer what was asked before.
    await this.#bus.releaseName(WATCHER);
  }

  end(): Promise<void> {
    return this.#end();
  }
}

interface Bus {
  readonly address: string;
  end(): Promise<void>;
}

/** The bus that desktops use; null where it is not installed. Its configuration starts no services. */
async function startDaemon(folder: string): Promise<Bus | null> {
  const config = join(folder, 'bus.conf');
  await writeFile(
    config,
    `<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'socket')}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`,
  );
  const child = spawn('dbus-daemon', ['--nofork', '--print-address', `--config-file=${config}`], {
    // It complains of limits that it may not raise, which nobody needs here.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const missing = once(child, 'error').then(() => null);
  const lines = createInterface({ input: child.stdout });
  const address = await Promise.race([once(lines, 'line').then(([line]) => String(line)), missing]);
  if (address === null) return null;
  return {
    address,
    async end() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** The same in this process, for machines without the program. */
async function startBroker(folder: string): Promise<Bus> {
  const broker = createBroker();
  const address = await new Promise<string>((resolve, reject) => {
    broker.listen({ socket: join(folder, 'socket') }, (error, listening) =>
      error === null ? resolve(listening) : reject(error),
    );
  });
  return { address, end: () => new Promise((resolve) => void broker.close(resolve)) };
}
