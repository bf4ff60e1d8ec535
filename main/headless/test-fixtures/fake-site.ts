/** The HTTP server over a control plane whose daemons do as told, and a client of it. For tests of the HTTP server only. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeHost, startFakeHost } from '../../core/fake-host.ts';
import { CONTROL_LIMITS } from '../../core/limits.ts';
import { Auth } from '../auth.ts';
import { type HttpServer, startHttpServer } from '../http-server.ts';

export const TOKEN = 't'.repeat(43);
export const BEARER = { authorization: `Bearer ${TOKEN}` };
export const JSON_TYPE = { 'content-type': 'application/json' };
export const SITE_LIMITS = { ...CONTROL_LIMITS, requestBytes: 2_000 };

/** What is asked. */
export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What is answered. */
export interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A server that listens on a free port, with a window of one page. */
export interface FakeSite {
  readonly host: FakeHost;
  readonly auth: Auth;
  readonly server: HttpServer;
  readonly windowDir: string;
  ask(path: string, asked?: Asked): Promise<Answered>;
  /** Posts a body of JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered>;
  /** Logs in; the cookie as a browser sends it, and as it was set. */
  login(name?: string, headers?: Record<string, string>): Promise<{ cookie: string; header: string }>;
  close(): Promise<void>;
}

export async function startFakeSite(): Promise<FakeSite> {
  const toml = '[signalbox]\nallowed_hosts = ["dash.example"]\n';
  const host = await startFakeHost({ toml, limits: SITE_LIMITS });
  await host.plane.started;
  const windowDir = await mkdtemp(join(tmpdir(), 'signalbox-window-'));
  await writeFile(join(windowDir, 'index.html'), '<p>hi</p>');
  const auth = new Auth(TOKEN, { limits: SITE_LIMITS });
  const server = await startHttpServer({ plane: host.plane, auth, windowDir, host: '127.0.0.1', port: 0 });
  host.events.length = 0;
  const ask = async (path: string, { method = 'GET', headers = {}, body }: Asked = {}) => {
    const request = httpRequest(new URL(path, server.url), { method, headers });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const text = Buffer.concat(await response.toArray()).toString();
    return { status: response.statusCode, headers: response.headers, text };
  };
  const post: FakeSite['post'] = (path, body, headers = {}) =>
    ask(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
  return {
    host,
    auth,
    server,
    windowDir,
    ask,
    post,
    async login(name, headers) {
      const answer = await post('/login', { token: TOKEN, name }, headers);
      const [header] = answer.headers['set-cookie'] ?? [];
      if (header === undefined) throw new Error(`the login was answered with ${answer.status}`);
      return { cookie: header.split(';')[0] ?? '', header };
    },
    async close() {
      await server.close();
      await host.close();
      await rm(windowDir, { recursive: true });
    },
  };
}
