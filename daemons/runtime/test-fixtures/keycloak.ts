/** For tests: a real Keycloak. `../shared/keycloak/ensure.sh` puts it there, where it can be run. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SHARED = resolve(import.meta.dirname, '../../../../shared/keycloak');
const ENSURE = join(SHARED, 'ensure.sh');
/** The realm `irc`, with the client `signalbox` and the user `alice`. */
export const REALM_FILE = join(SHARED, 'realm-irc.json');

/** A package server that does not answer keeps the other tests waiting no longer. */
const MOST_MS = 240_000;

/** Where Keycloak is installed; null where it cannot be had, which is said. */
export function keycloakHome(untested: string): string | null {
  if (process.platform === 'linux' && existsSync(ENSURE)) {
    const made = spawnSync('bash', [ENSURE], { encoding: 'utf8', timeout: MOST_MS });
    if (made.status === 0) return made.stdout.trim();
    process.stderr.write(`Keycloak cannot be run here: ${made.error?.message ?? made.stderr}\n`);
  }
  process.stderr.write(`${untested} NOT TESTED: Keycloak is not there.\n`);
  return null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** One with the realm `irc`, the client `signalbox` and the user `alice`; see the README beside it. */
export class RealKeycloak {
  readonly port: number;
  readonly pid: number;
  readonly #folder: string;

  private constructor(port: number, pid: number, folder: string) {
    this.port = port;
    this.pid = pid;
    this.#folder = folder;
  }

  /** Starts it, which takes some 15 s of a processor and 400 MB. @param realm a file of another realm, whose name is `irc` as well */
  static async start(home: string, realm: string = REALM_FILE): Promise<RealKeycloak> {
    const [port, managementPort] = [await freePort(), await freePort()];
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-keycloak-'));
    const script = join(SHARED, 'start.sh');
    const child = spawn('bash', [script, home, String(port), folder, realm], {
      env: { ...process.env, KC_MGMT_PORT: String(managementPort), NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let complained = '';
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      complained += piece.toString();
    });
    const status = await new Promise((done) => child.once('close', done));
    if (status !== 0) throw new Error(`Keycloak does not start (status ${status}): ${complained}`);
    return new RealKeycloak(port, Number(said.trim()), folder);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops it where it stands, and lets it go on. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.pid, name);
  }

  /** Ends it. Nobody but its parent is told when it is gone: what it still writes into its folder until then is removed again. */
  close(): void {
    process.kill(this.pid, 'SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
