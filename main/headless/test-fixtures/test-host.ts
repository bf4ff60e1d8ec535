/** A control plane with real forked fixture daemons in a data directory of its own. For integration tests only. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import { createCaller, type OwnedCaller, SYSTEM } from '../../core/caller.ts';
import { type ControlPlane, createControlPlane } from '../../core/control-plane.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../../core/limits.ts';
import { ownCompileCache } from '../../fork/compile-cache.ts';
import { createForkLauncher } from '../../fork/fork-launcher.ts';
import { builtProgram } from '../../fork/test-fixtures/built-program.ts';
import { manifest as tiny } from './tiny/manifest.ts';

const fixtureRegistry: readonly Manifest[] = [tiny];

export interface TestHost {
  readonly plane: ControlPlane;
  readonly dataDir: string;
  readonly configFile: string;
  readonly caller: OwnedCaller;
  /** Broadcast events so far. */
  readonly events: ControlEvent[];
  ask(name: string, args?: unknown): Promise<Outcome<unknown>>;
  snapshot(id?: string): DaemonSnapshot;
  /** Resolves when a daemon is in a state. */
  reached(state: DaemonState, id?: string): Promise<DaemonSnapshot>;
  close(): Promise<void>;
}

/** What a daemon that does what it should has time for on the busiest machine; tests of one that hangs shorten it. */
const PATIENT = { helloMs: 300_000, initMs: 300_000, stopMs: 60_000, deadMs: 300_000, impactMs: 60_000 };

/** `toml` is the configuration; waits of main itself are shortened, so that a test need not wait. */
export async function startTestHost(
  toml = '',
  limits: Partial<ControlLimits> = {},
  registry: readonly Manifest[] = fixtureRegistry,
  entryOf = (id: string) => join(import.meta.dirname, id, 'main.ts'),
  onSend: (id: string, message: ToDaemon) => void = () => {},
): Promise<TestHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-host-'));
  const configFile = join(dataDir, 'signalbox.toml');
  await writeFile(configFile, toml);
  const forks = createForkLauncher({
    entryOf: (id) => builtProgram(entryOf(id)),
    execPath: process.execPath,
    compileCache: ownCompileCache(),
  });
  const plane = await createControlPlane({
    host: 'headless',
    version: '0.0.0',
    runtime: `node ${process.versions.node}`,
    registry,
    launcher: {
      launch(request, events) {
        const daemon = forks.launch(request, events);
        return {
          ...daemon,
          send(message, transfer) {
            onSend(request.id, message);
            daemon.send(message, transfer);
          },
        };
      },
    },
    daemonRuntime: () => 'node',
    dataDir,
    configFile,
    autostart: null,
    limits: { ...CONTROL_LIMITS, ...PATIENT, backoffBaseMs: 20, stopGraceMs: 100, ...limits },
  });
  const events: ControlEvent[] = [];
  plane.subscribe(SYSTEM, (event) => events.push(event));
  const caller = createCaller({ name: 'tester', from: 'system', role: 'admin' }, (event) =>
    events.push(event),
  );
  const snapshot = (id = 'tiny') => {
    const found = plane.snapshots().find((one) => one.id === id);
    if (found === undefined) throw new Error(`no daemon ${id}`);
    return found;
  };
  return {
    plane,
    dataDir,
    configFile,
    caller,
    events,
    snapshot,
    ask: (name, args = {}) => plane.handle(name, args, caller),
    async reached(state, id) {
      await vi.waitFor(() => expect(snapshot(id).state).toBe(state));
      return snapshot(id);
    },
    async close() {
      await plane.close('test');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Whether a process is there. */
export function isAlive(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
