/** For tests: a daemon with a few clients, in which the rows of the tables are run. */
import type { Outcome } from '../../daemons/ircd/permissions/scene.ts';
import type { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';

type Commands = Pick<DaemonHost<never, never>, 'runCommand' | 'impactOf'>;

/** A daemon with a few clients. */
export interface World {
  readonly commands: Commands;
  /** Brings about what a row says is so before. */
  prepare(part: string): Promise<void>;
  /** What is heard and changed while something is done. */
  during(work: () => Promise<string>): Promise<Outcome>;
  close(): Promise<void>;
}

/** What a daemon asks of main, which grants all. */
export const OUTSIDE: Parameters<DaemonHost<never, never>['start']>[0]['outside'] = {
  listenersChanged() {},
  requestLifecycle: () => Promise.resolve({ ok: true, result: null }),
  beginDeed: () => ({ mayRun: true, deed: { unwritten: null, end() {} } }),
};
