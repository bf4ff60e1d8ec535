/** The tools as processes of their own (child_process), and servers for them to load. Used by tests. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { unlimitedIrcd } from '../ircd/servers.ts';
import { type RunningServer, startDaemon } from '../shared/server-process.ts';
import type { LoadResult } from './figures.ts';

/** What `npm run load` runs. */
export const MAIN = join(import.meta.dirname, 'main.ts');

/** What a tool printed, and with which code it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a tool. */
export function load(...words: string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** How often each thing was measured. */
export const counts = ({ measured }: LoadResult) =>
  Object.fromEntries(measured.map(({ name, count }) => [name, count]));

/** Of a file of tests. */
export interface LoadTests {
  /** A file in a folder that goes with the tests. */
  file(name: string): string;
  /** The result of a load that has to go well. */
  loaded(...words: string[]): Promise<LoadResult>;
  /** A server with this configuration until the test is over. */
  running(config: string): Promise<RunningServer>;
  /** One in whose way no limit is. @param settings of `[ircd]` @param blocks behind it */
  ourServer(listeners: readonly string[], settings?: string, blocks?: string): Promise<RunningServer>;
}

/** What tests of a file need; called once in each. */
export function loadTests(): LoadTests {
  let folder = '';
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'load-test-'));
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, name);
  const running = async (config: string) => {
    const server = await startDaemon({ id: 'ircd', config, nodeOptions: [], quiet: true });
    servers.push(server);
    return server;
  };
  return {
    ...{ file, running },
    async loaded(...words) {
      const result = file('result.json');
      expect(await load(...words, '--json', result)).toMatchObject({ code: 0, err: '' });
      const { results } = JSON.parse(await readFile(result, 'utf8')) as { results: LoadResult };
      return results;
    },
    ourServer: (listeners, settings = '', blocks = '') =>
      running(`${unlimitedIrcd(listeners, settings)}${blocks}`),
  };
}
