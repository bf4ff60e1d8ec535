/** The relay as the runtime starts it. Called by main.ts and by the tests. */
import type { DaemonDefinition, PrepareContext } from '../runtime/host/daemon-definition.ts';
import { stopEffect } from '../runtime/host/impact-text.ts';
import { liveBanTable } from '../runtime/net/ban-table.ts';
import { banTableColumns } from '../runtime/net/client-columns.ts';
import { loadCredentials, type TlsCredentials } from '../runtime/net/tls-credentials.ts';
import { adminCommands } from './admin/admin-commands.ts';
import { banRows, relayInnerTables, relayTables } from './admin/tables.ts';
import type { RelayConfig, relayConfig } from './config.ts';
import { manifest, type RelayCommands } from './manifest.ts';
import { RelayMetrics } from './metrics.ts';
import { BanList } from './net/ban-list.ts';
import { loadAead, nodeSuite } from './noise/node-suite.ts';
import { RelayServer } from './relay-server.ts';
import { forbidCoreFiles } from './secure/core-files.ts';
import { identityPath, openIdentity, renewIdentity } from './secure/identity-file.ts';
import { KnownPeers } from './secure/known-peers.ts';

/** What a configuration comes to. */
export interface RelayPrepared {
  /** What TLS listeners show; null where no certificate is set. */
  readonly credentials: TlsCredentials | null;
}

/** Reads the certificate that the configuration names. Throws SignalboxError `config_invalid`. */
export async function prepareRelay(
  { tls }: RelayConfig,
  { warn }: Pick<PrepareContext, 'warn'>,
): Promise<RelayPrepared> {
  if (tls === undefined) return { credentials: null };
  const credentials = await loadCredentials('relay.tls', tls, (text) => warn('tls_certificate', text));
  return { credentials };
}

export const relayDaemon: DaemonDefinition<typeof relayConfig, RelayCommands, RelayPrepared> = {
  manifest,
  prepare: prepareRelay,
  async start(context) {
    const log = context.log('relay');
    const { security } = context.config;
    if (!security.core_files) forbidCoreFiles(log);
    const { aead, libraries } = await loadAead();
    if (libraries.includes('libsodium-wrappers'))
      log.warn(
        'slow_cipher',
        'Neither sodium-native nor the cipher of OpenSSL is to be had on this machine; sealed frames cost more time.',
      );
    const suite = nodeSuite(aead);
    let path = identityPath(security.identity_file, context.dataDir);
    const identity = await openIdentity(suite, path);
    const bans = await BanList.open(context.dataDir, log);
    const known = await KnownPeers.open(context.dataDir, context.config, log);
    const metrics = new RelayMetrics(context.metrics);
    metrics.publishBans(bans);
    metrics.publishKnown(known);
    const server = await RelayServer.start({
      config: context.config,
      credentials: context.prepared.credentials,
      metrics,
      bans,
      known,
      suite,
      identity,
      log,
      onChanged() {
        context.touchTable('connections');
        context.touchTable('rooms');
        context.touchTable('members');
      },
    });
    const shown = {
      columns: banTableColumns,
      rows: () => banRows(bans),
      changes: () => bans.counts.submitted ?? 0,
    };
    return {
      listeners: () => server.listeners(),
      commands: adminCommands(server, bans, known, async () => {
        const renewed = await renewIdentity(suite, path);
        server.door.takeIdentity(renewed);
      }),
      tables: { ...relayTables(server.relay), bans: liveBanTable(shown, context) },
      innerTables: relayInnerTables(server.relay),
      async reload(config, { credentials }) {
        const next = identityPath(config.security.identity_file, context.dataDir);
        if (next === path) return await server.reload(config, credentials);
        const change = await server.reload(config, credentials, await openIdentity(suite, next));
        path = next;
        return change;
      },
      stopImpact: () => stopEffect(server.relay.size, bans.unsaved),
      async drain(deadline) {
        await server.drain('The relay is shutting down.', deadline);
        await bans.close();
        await known.close();
      },
    };
  },
};
