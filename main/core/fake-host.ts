/** A whole control plane in one process, whose daemons do what a test says. Used by the unit tests of main/core only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { Outcome } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import { defineManifest, type Manifest } from '../../contract/manifest.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { createCaller, type OwnedCaller } from './caller.ts';
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from './control-plane.ts';
import { CONTROL_LIMITS } from './limits.ts';
import { FakeLauncher, type FakeProcess } from './supervision/fake-launcher.ts';

type Request = Extract<ToDaemon, { type: 'command' | 'impact' | 'reload' }>;

/** A daemon for people: commands of every kind, a setting that is secret, a metric that a command moves. */
export const chat = defineManifest({
  id: 'chat',
  title: 'Chat',
  summary: 'Lets people chat',
  config: z.strictObject({
    port: z.number().int().default(7000),
    greeting: z.string().default('hello'),
    password: z.string().optional().meta({ secret: true }),
  }),
  metrics: [{ name: 'signalbox_chat_clients', kind: 'gauge', unit: 'count', help: 'Clients' }],
  commands: {
    list: {
      summary: 'Lists clients',
      danger: 'safe',
      access: 'read',
      result: 'json',
      unrecorded: 'run',
      timeoutMs: 4_000,
      args: z.object({ most: z.number().int().min(1).default(5), room: z.string().optional() }),
    },
    login: {
      summary: 'Lets somebody in',
      danger: 'safe',
      access: 'admin',
      result: 'json',
      columns: [{ key: 'key', title: 'Key', type: 'text', secret: true }],
      args: z.object({ user: z.string(), password: z.string().meta({ secret: true }) }),
    },
    drop: {
      summary: 'Drops all clients',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      effects: ['signalbox_chat_clients'],
      args: z.object({}),
    },
    hidden: {
      summary: 'For Signalbox alone',
      danger: 'safe',
      access: 'read',
      result: 'json',
      internal: true,
      args: z.object({}),
    },
  },
  renamed: { commands: { show: 'list' } },
});

/** The one that keeps history. */
export const archive = defineManifest({
  id: 'archive',
  title: 'Archive',
  summary: 'Keeps history',
  role: 'recorder',
  internal: true,
  config: z.strictObject({}),
  metrics: [],
  commands: {},
});

/** What a process answers to a request; undefined leaves it unanswered. */
export type Answering = (request: Request, process: FakeProcess) => Outcome<unknown> | undefined;

/** What a test may change. */
export interface FakeHostOptions extends Partial<Omit<ControlPlaneOptions, 'configFile'>> {
  /** The configuration file; none where it is left out. */
  readonly toml?: string;
  /** Asked first, but for the recorder; what it leaves open is answered as a peaceful daemon would. */
  readonly answer?: Answering;
}

/** A running control plane with what it is made of. */
export interface FakeHost {
  readonly plane: ControlPlane;
  readonly launcher: FakeLauncher;
  readonly clock: FakeClock;
  readonly dataDir: string;
  readonly caller: OwnedCaller;
  /** What an admin who is connected has been told. */
  readonly events: ControlEvent[];
  ask(name: string, args?: unknown, caller?: OwnedCaller): Promise<ControlOutcome<unknown>>;
  /** Replaces the configuration file. */
  write(toml: string): Promise<void>;
  /** Drains everything and removes the data folder. */
  close(): Promise<void>;
}

function peaceful(request: Request): Outcome<unknown> {
  if (request.type === 'impact') return { ok: true, result: null };
  if (request.type === 'reload') {
    const results: Record<string, unknown> = {
      begin: { held: [] },
      commit: { applied: [], restartRequired: [], warnings: [] },
    };
    return { ok: true, result: results[request.step] ?? null };
  }
  if (request.name === 'journal') return { ok: true, result: { done: [], more: false } };
  return { ok: true, result: { did: request.name } };
}

/** Comes up by itself, answers, and ends when it is told to stop. */
function obey(process: FakeProcess, answer: Answering): void {
  const { send } = process;
  process.send = (message) => {
    send.call(process, message);
    if (message.type === 'init')
      queueMicrotask(() =>
        process.ready([], { revision: 1, metrics: process.request.id === 'chat' ? chat.metrics : [] }),
      );
    if (message.type === 'stop') queueMicrotask(() => process.end({ exitCode: 0 }));
    if (message.type !== 'command' && message.type !== 'impact' && message.type !== 'reload') return;
    // What a test says is for people's daemons: the recorder keeps on being asked for the journal while a test runs.
    const said = process.request.id === archive.id ? undefined : answer(message, process);
    const outcome = said ?? peaceful(message);
    queueMicrotask(() => process.say({ type: 'reply', requestId: message.requestId, outcome }));
  };
  queueMicrotask(() => process.hello());
}

/** An actor with a role, as a browser would have it. */
export const browser = (role: Actor['role']): Actor => ({ name: 'ann', from: 'browser', role });

/** Starts one in a folder of its own; its daemons run as `autostart` says. */
export async function startFakeHost(options: FakeHostOptions = {}): Promise<FakeHost> {
  const { toml, answer = () => undefined, ...more } = options;
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-plane-'));
  const configFile = toml === undefined ? null : join(dataDir, 'signalbox.toml');
  if (configFile !== null) await writeFile(configFile, toml ?? '');
  const launcher = new FakeLauncher();
  launcher.onLaunch = (process) => obey(process, answer);
  const clock = new FakeClock();
  const registry: readonly Manifest[] = [chat, archive];
  const plane = await createControlPlane({
    host: 'headless',
    version: '1.2.3',
    runtime: 'node 24.0.0',
    registry,
    launcher,
    daemonRuntime: (_id, configured) => configured ?? 'host',
    dataDir,
    configFile,
    autostart: ['chat'],
    limits: CONTROL_LIMITS,
    clock,
    ...more,
  });
  const events: ControlEvent[] = [];
  plane.subscribe(browser('admin'), (event) => events.push(event));
  const caller = createCaller(browser('admin'), (event) => events.push(event));
  return {
    plane,
    launcher,
    clock,
    dataDir,
    caller,
    events,
    ask: (name, args = {}, as = caller) => plane.handle(name, args, as),
    write: async (text) => await writeFile(configFile ?? '', text),
    async close() {
      await plane.close('end of the test');
      await rm(dataDir, { recursive: true });
    },
  };
}
