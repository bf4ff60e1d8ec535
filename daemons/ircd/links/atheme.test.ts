/**
 * Real services of another make, Atheme by its protocol module for ircu, linked to this server and used by a client.
 * Skipped where they cannot be run: on Debian `apt-get install atheme-services` puts them there.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { athemeConfiguration } from './atheme-fixture.ts';
import { hears, SocketServer } from './socket-fixture.ts';

const PROGRAM = '/usr/bin/atheme-services';

/** Whether they are there, or could be put there. */
function canRun(): boolean {
  if (process.platform !== 'linux') return false;
  if (!existsSync(PROGRAM) && process.getuid?.() === 0) {
    const words = ['install', '-y', '-q', '--no-install-recommends', 'atheme-services'];
    const made = spawnSync('apt-get', words, { encoding: 'utf8', timeout: 120_000 });
    if (made.status !== 0) process.stderr.write(`atheme-services: ${made.error?.message ?? made.stderr}\n`);
  }
  return existsSync(PROGRAM);
}

const there = canRun();
if (!there) process.stderr.write('Links to Atheme are NOT TESTED: atheme-services is not installed.\n');

const SERVICES = 'services.test';

function configuration(port: number): string {
  const modules = ['main', 'identify', 'register'].map((name) => `nickserv/${name}`);
  modules.push(...['main', 'op', 'register'].map((name) => `chanserv/${name}`));
  return athemeConfiguration({
    name: SERVICES,
    description: 'Atheme of the tests',
    network: 'test',
    modules,
    logs: 'error; info; network;',
    uplink: { name: 'sb.test', port, password: 'linkpw' },
  });
}

describe.runIf(there)('linked to Atheme', () => {
  let services: ChildProcess;
  let folder: string;
  let ours: SocketServer;

  beforeAll(async () => {
    ours = await SocketServer.start('sb.test', 7);
    ours.links.desk.configure([{ ...ours.block(), name: SERVICES, hub: null }]);
    folder = mkdtempSync(join(tmpdir(), 'signalbox-atheme-'));
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'atheme.conf'), configuration(ours.port));
    const place = ['-c', join(folder, 'atheme.conf'), '-l', join(folder, 'log'), '-p', join(folder, 'pid')];
    const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    services = spawn(PROGRAM, ['-n', ...place, '-D', folder], { stdio: 'ignore', cwd: folder, ...identity });
    await until(() => services.exitCode !== null || ours.row(SERVICES)?.state === 'linked');
    const log = join(folder, 'log');
    expect(services.exitCode, existsSync(log) ? readFileSync(log, 'utf8') : 'no log').toBeNull();
  });
  afterAll(async () => {
    const gone = new Promise((done) => services.once('exit', done));
    services.kill('SIGKILL');
    await gone;
    await ours.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a client registers, logs in, has a channel, and is its operator again', async () => {
    const { server } = ours.irc;
    const ann = ours.irc.join('ann');
    ann.send('PRIVMSG NickServ :REGISTER sesam ann@users.test');
    await hears(ann, 'is now registered');
    expect(ann.user?.account).toBe('ann');
    ann.send('JOIN #ann', 'PRIVMSG ChanServ :REGISTER #ann');
    await hears(ann, 'is now registered');
    ann.send('MODE #ann -o ann', 'PRIVMSG ChanServ :OP #ann');
    await hears(ann, 'MODE #ann +o ann');
    expect(ann.send('WHOIS ann').join('\n')).toContain(' 330 ann ann ann :is logged in as');

    const bea = ours.irc.join('bea', '', '198.51.100.8');
    bea.send('PRIVMSG NickServ :IDENTIFY ann sesam');
    await until(() => bea.user?.account === 'ann');
    expect(bea.send('WHOIS NickServ').join('\n')).toContain(` 312 bea NickServ ${SERVICES} :`);
    expect(server.nickLength.longest).toBe(30);
    expect(ours.row(SERVICES)).toMatchObject({
      kind: 'ircu',
      direction: 'in',
      state: 'linked',
      reason: null,
    });
  });
});
