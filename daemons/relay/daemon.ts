/** The relay as the runtime starts it. Called by main.ts and by the tests. */
import type { DaemonDefinition } from '../runtime/daemon.ts';
import { disconnects } from '../runtime/impact-text.ts';
import { adminCommands } from './admin-commands.ts';
import { BanList } from './ban-list.ts';
import type { relayConfig } from './config.ts';
import { manifest, type RelayCommands } from './manifest.ts';
import { RelayMetrics } from './metrics.ts';
import { RelayServer } from './relay-server.ts';
import { relayTables } from './tables.ts';

export const relayDaemon: DaemonDefinition<typeof relayConfig, RelayCommands> = {
  manifest,
  async start(context) {
    const log = context.log('relay');
    const bans = await BanList.open(context.dataDir, log);
    const server = await RelayServer.start({
      config: context.config,
      metrics: new RelayMetrics(context.metrics),
      bans,
      log,
      onChanged() {
        context.touchTable('connections');
        context.touchTable('rooms');
      },
    });
    return {
      listeners: () => server.listeners(),
      commands: adminCommands(server, bans),
      tables: relayTables(server.relay),
      async reload(config) {
        const { applied, restartRequired, listenersChanged } = await server.reload(config);
        if (listenersChanged) context.listenersChanged();
        return { applied, restartRequired };
      },
      stopImpact: () => disconnects(server.relay.size),
      async drain(deadline) {
        await server.drain('The relay is shutting down.', deadline);
        await bans.close();
      },
    };
  },
};
