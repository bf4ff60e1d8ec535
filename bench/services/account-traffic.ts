/**
 * How long it takes to bring many accounts in, from a file of JSON and from the IRC server's own store, and how late the loop of services
 * is meanwhile; beside what one SQLite takes to copy the same rows in the same run. Called by bench/services.ts.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { openAccounts } from '../../daemons/identity/store/database.ts';
import { SERVICES_SCHEMA } from '../../daemons/services/store/services-schema.ts';
import { takeOverAccounts } from '../../daemons/services/store/take-over.ts';
import type { VictimHost } from '../kills/victim-host.ts';
import type { Figures } from '../shared/figures.ts';
import { idleProcess, LoopProbe } from './loop-probe.ts';
import { writeManyAccounts } from './many-accounts.ts';
import { servicesHost } from './services-host.ts';

export interface AccountTraffic {
  readonly name: 'files';
  readonly accounts: number;
  readonly figures: Figures;
}

/** @param folder exists and is empty */
export async function accountTraffic(accounts: number, folder: string): Promise<AccountTraffic> {
  const figures: Figures = {};
  const data = join(folder, 'data');
  const file = join(folder, 'accounts.json');
  const keeper = join(data, 'accounts', 'accounts.db');
  const idle = idleProcess();
  const host = await servicesHost(data, '');
  try {
    const probe = new LoopProbe({ idle: idle.pid!, services: await host.pidOf('services') });
    const timed = async (name: string, command: string, args: Record<string, unknown>) => {
      await probe.begin();
      const begun = performance.now();
      await run(host, command, args);
      figures[`${name} s`] = (performance.now() - begun) / 1_000;
      const { idle: still, services } = await probe.end();
      figures[`${name}: loop max ms`] = services!.max;
      figures[`${name}: idle max ms`] = still!.max;
    };
    await mkdir(join(data, 'accounts'), { recursive: true });
    writeManyAccounts(keeper, accounts, 'keeper');
    figures['rows copied by SQLite alone s'] = copiedAlone(keeper, join(folder, 'alone.db'));
    await timed('take-over', 'take-over', {});
    await timed('export', 'export', { file });
  } finally {
    await host.stop();
  }
  const fresh = await servicesHost(join(folder, 'fresh'), '');
  try {
    const probe = new LoopProbe({ idle: idle.pid!, services: await fresh.pidOf('services') });
    await probe.begin();
    const begun = performance.now();
    await run(fresh, 'import', { file, dryRun: false });
    figures['import s'] = (performance.now() - begun) / 1_000;
    const delays = await probe.end();
    figures['import: loop max ms'] = delays.services!.max;
    figures['import: idle max ms'] = delays.idle!.max;
  } finally {
    idle.kill();
    await fresh.stop();
  }
  return { name: 'files', accounts, figures };
}

/** The same merge by a process that does nothing else, in seconds. */
function copiedAlone(from: string, to: string): number {
  const database = openAccounts(SqliteDatabase, to, SERVICES_SCHEMA);
  const begun = performance.now();
  takeOverAccounts(database, from, Date.now());
  const seconds = (performance.now() - begun) / 1_000;
  database.close();
  return seconds;
}

async function run(host: VictimHost, command: string, args: Record<string, unknown>): Promise<void> {
  const asked = { daemon: 'services', command, args, confirmed: true };
  const outcome = await host.ask('command.run', asked);
  if (outcome?.ok !== true) throw new Error(`${command} was not done: ${JSON.stringify(outcome)}`);
}
