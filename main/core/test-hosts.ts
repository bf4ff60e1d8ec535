/** Hosts of a test around the fake one: they are started, read, and closed together. Imported by tests only. */
import { type FakeHost, type FakeHostOptions, startFakeHost } from './fake-host.ts';

let hosts: FakeHost[] = [];

/** Starts a host whose daemons have had their turn; {@link closeHosts} closes it. */
export async function startHost(options: FakeHostOptions = {}): Promise<FakeHost> {
  const host = await startFakeHost(options);
  hosts.push(host);
  await host.plane.started;
  return host;
}

/** Closes all that were started. */
export async function closeHosts(): Promise<void> {
  for (const host of hosts) await host.close();
  hosts = [];
}

/** The state of each daemon, by its id. */
export const statesOf = ({ plane }: FakeHost) =>
  Object.fromEntries(plane.snapshots().map((one) => [one.id, one.state]));

/** The audit entries that were told so far. */
export const auditOf = ({ events }: FakeHost) =>
  events.flatMap((event) => (event.type === 'audit' ? [event.entry] : []));

/** What main has logged. */
export async function logOf(host: FakeHost): Promise<{ level: string; event: string; message: string }[]> {
  const outcome = await host.ask('logs.query', { source: 'main' });
  if (!outcome.ok) throw new Error(outcome.error.message);
  return (outcome.result as { records: { level: string; event: string; message: string }[] }).records;
}
