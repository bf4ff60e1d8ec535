/**
 * The servers under load: our object server in its models of concurrency, and nginx, by which an operator would otherwise
 * hand out the same files. Used by scenarios.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchDirectory, type RunningServer, startDaemon, startRival } from '../shared/server-process.ts';
import type { Target } from './load-socket.ts';

/** Models that are compared; the first is the default. */
export const MODELS = [
  'thread-pool',
  'work-stealing',
  'async',
  'thread-per-connection',
  'thread-per-request',
] as const;
/** One of {@link MODELS}. */
export type Model = (typeof MODELS)[number];

/** Whether a model has a thread more with each connection, or with each request; the server then takes few connections. */
export const isThreaded = (model: Model): boolean => model.startsWith('thread-per-');

/** A server that runs, and where clients reach it. */
export interface RunningObjects extends RunningServer {
  readonly unix: Target;
  readonly tcp: Target;
}

/** The files that are handed out: name and size. Large ones are sparse. */
export const OBJECTS: Readonly<Record<string, number>> = {
  '1K': 1024,
  '10K': 10 * 1024,
  '100K': 100 * 1024,
  '1M': 1024 ** 2,
  '10M': 10 * 1024 ** 2,
  '100M': 100 * 1024 ** 2,
  '1G': 1024 ** 3,
};

async function makeObjects(root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const [name, size] of Object.entries(OBJECTS)) {
    const file = await open(join(root, name), 'w', 0o644);
    await file.truncate(size);
    // Small ones are whole; of large ones the beginning is, so that nobody measures only holes.
    await file.write(Buffer.alloc(Math.min(size, OBJECTS['100M']!), 0x61), 0);
    await file.close();
  }
}

/** Starts our server in a model. */
export async function startObjects(model: Model, nodeOptions: readonly string[]): Promise<RunningObjects> {
  const directory = await benchDirectory('objects-files');
  const root = join(directory, 'root');
  const path = join(directory, 's');
  await makeObjects(root);
  const config = `
[objects]
root = "${root}"
listen = [{ host = "127.0.0.1", port = 0 }, { path = "${path}" }]
concurrency_model = "${model}"
max_clients = 20000
idle_seconds = 3600
[[objects.class]]
name = "bench"
match = ["unix:", "127.0.0.0/8"]
throttle = false
`;
  try {
    const server = await startDaemon({ id: 'objects', config, nodeOptions });
    return { ...server, unix: { path }, tcp: { port: server.port }, stop: alsoRemoving(server, directory) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Version of nginx, or null where none is installed. */
export function nginxVersion(): string | null {
  const shown = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return shown.error === undefined ? (/nginx\/([\d.]+)/.exec(shown.stderr)?.[1] ?? 'unknown') : null;
}

/** Starts nginx with sendfile and one worker, over TCP and a Unix socket, without a log. */
export async function startNginx(): Promise<RunningObjects> {
  const directory = await benchDirectory('objects-files');
  const root = join(directory, 'root');
  const path = join(directory, 's');
  await makeObjects(root);
  try {
    const server = await startRival('nginx', 'nginx', async (folder, port) => {
      const file = join(folder, 'nginx.conf');
      await writeFile(file, nginxConfig(folder, root, path, port));
      return ['-p', folder, '-c', file, '-e', join(folder, 'error.log')];
    });
    return { ...server, unix: { path }, tcp: { port: server.port }, stop: alsoRemoving(server, directory) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

function nginxConfig(folder: string, root: string, path: string, port: number): string {
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `${user}daemon off;
master_process off;
pid ${join(folder, 'nginx.pid')};
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100;
  keepalive_timeout 3600;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${port};
    listen unix:${path};
    root ${root};
  }
}
`;
}

const alsoRemoving = (server: RunningServer, directory: string) => async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
};
