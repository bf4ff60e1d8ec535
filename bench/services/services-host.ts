/** A host with the IRC server and services, linked, for load. Used by the parts of bench/services.ts. */
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TCP, unlimitedIrcd } from '../ircd/servers.ts';
import { VictimHost } from '../kills/victim-host.ts';
import { readUsage } from '../shared/process-usage.ts';

/** CPU share of services below which nothing is under way any more. */
const QUIET_RATIO = 0.05;
const LOOK_MS = 500;

/** Starts it. @param toml more of the configuration @param folder is empty, has a database of services, or is made */
export async function servicesHost(folder: string, toml: string): Promise<VictimHost> {
  const whole = `${unlimitedIrcd([TCP])}
[ircd.accounts]
authority = "services"
${toml}`;
  await mkdir(folder, { recursive: true });
  const host = new VictimHost(folder, async () => ({ daemons: ['ircd', 'services'], toml: whole }));
  await host.start();
  while (!(await isLinked(host))) await sleep(20);
  return host;
}

/** Resolves when services do nothing more. */
export async function untilQuiet(host: VictimHost): Promise<void> {
  const pid = await host.pidOf('services');
  for (;;) {
    const before = readUsage(pid).cpuSeconds;
    await sleep(LOOK_MS);
    if ((readUsage(pid).cpuSeconds - before) / (LOOK_MS / 1_000) < QUIET_RATIO) return;
  }
}

async function isLinked(host: VictimHost): Promise<boolean> {
  const outcome = await host.ask('command.run', { daemon: 'services', command: 'uplink', args: {} });
  return outcome?.ok === true && (outcome.result.result as { state: string }).state === 'linked';
}
