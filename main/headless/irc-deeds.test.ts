/** What IRC operators do, in real processes: written before it is done, whichever process ends in between. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hash } from '@node-rs/argon2';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ControlResults } from '../../contract/control/requests.ts';
import { portOf } from '../../contract/listen-place.ts';
import { registry as shipped } from '../../daemons/registry.ts';
import { decodeJournalLine, type JournalRecord } from '../../daemons/runtime/files/journal-format.ts';
import { SocketClient } from '../cli/socket-client.ts';
import { AuditTrail } from '../core/records/audit-trail.ts';
import { IrcClient } from './test-fixtures/irc-client.ts';
import { serveFlags } from './test-fixtures/serve-flags.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';
import { manifest as tiny } from './test-fixtures/tiny/manifest.ts';

const IRCD = join(import.meta.dirname, '../../daemons/ircd/main.ts');
let config: string;
let host: TestHost | null = null;
let child: ChildProcess | null = null;
let folder: string | null = null;
let clients: IrcClient[] = [];

beforeAll(async () => {
  config = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
[[ircd.oper]]
name = "boss"
hosts = ["*"]
password_hash = "${await hash('sesame')}"
flags = ["kill", "kline", "rehash"]
`;
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { socket } of clients) socket.destroy();
  clients = [];
  await host?.close();
  host = null;
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  child = null;
  if (folder !== null) await rm(folder, { recursive: true, force: true });
  folder = null;
});

/** A control plane in this process with the real ircd; the recorder only plays the part, so that the journal stays. */
async function begin(): Promise<{ host: TestHost; port: number }> {
  const registry = [...shipped.filter(({ id }) => id === 'ircd'), { ...tiny, role: 'recorder' as const }];
  const entryOf = (id: string) =>
    id === 'ircd' ? IRCD : join(import.meta.dirname, 'test-fixtures', id, 'main.ts');
  const started = await startTestHost(config, {}, registry, entryOf);
  host = started;
  await started.ask('daemon.start', { id: 'ircd' });
  return { host: started, port: portOf(started.snapshot('ircd').listeners[0]) };
}

async function enter(port: number, nick: string): Promise<IrcClient> {
  const client = await IrcClient.join(port, nick);
  clients.push(client);
  return client;
}

async function operator(port: number): Promise<IrcClient> {
  const client = await enter(port, 'boss');
  client.send('OPER boss sesame');
  await client.until(' 381 boss ');
  return client;
}

function journal(dataDir: string): JournalRecord[] {
  const place = join(dataDir, 'journal');
  const texts = readdirSync(place)
    .sort()
    .map((name) => readFileSync(join(place, name), 'utf8'));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  return lines.map((line) => decodeJournalLine(line) as JournalRecord);
}

const deedsIn = (dataDir: string) =>
  journal(dataDir).filter((record) => record.kind !== 'effects' && record.entry.from === 'ircd');

test('the entry of a KILL is on disk when its victim reads of it, and its outcome follows', async () => {
  const { host: at, port } = await begin();
  const [boss, victim] = [await operator(port), await enter(port, 'victim')];
  const before: JournalRecord[][] = [];
  victim.onLine = (line) => {
    if (line.includes(' KILL victim ')) before.push(deedsIn(at.dataDir));
  };
  boss.send('KILL victim :spam');
  await victim.until('ERROR');
  const kill = { command: 'KILL', target: 'ircd', args: { nick: 'victim', reason: 'spam' } };
  expect(before[0]?.slice(2, 3)).toMatchObject([{ kind: 'begun', entry: kill }]);
  await vi.waitFor(() => expect(deedsIn(at.dataDir)).toHaveLength(4));
  const [, oper, begun, ended] = deedsIn(at.dataDir);
  expect(oper).toMatchObject({ kind: 'entry', entry: { command: 'OPER', args: { name: 'boss' }, ok: true } });
  expect(ended).toMatchObject({ kind: 'entry', key: begun?.key, entry: { ...kill, ok: true } });
  expect(JSON.stringify(journal(at.dataDir))).not.toContain('sesame');
});

test('without a journal KILL is done and its operator is told; REHASH is refused; what was done is written later', async () => {
  const { host: at, port } = await begin();
  const [boss, victim] = [await operator(port), await enter(port, 'victim')];
  await rm(join(at.dataDir, 'journal'), { recursive: true });
  await writeFile(join(at.dataDir, 'journal'), 'in the way');
  boss.send('KILL victim :spam', 'REHASH', 'PING done');
  await victim.until('Killed (boss (spam))');
  await boss.until('PONG');
  expect(boss.text).toMatch(
    /NOTICE boss :\*\*\* KILL is not in the audit trail \(audit_unavailable: .*ENOTDIR/,
  );
  expect(boss.text).toMatch(/NOTICE boss :\*\*\* REHASH was not done \(audit_unavailable: /);
  expect(boss.text).not.toContain(' 382 ');
  await rm(join(at.dataDir, 'journal'));
  boss.send('KLINE bad@* :x', 'PING again');
  await boss.until(':again');
  await vi.waitFor(() =>
    expect(deedsIn(at.dataDir)).toMatchObject([
      { kind: 'entry', entry: { command: 'KILL', ok: true } },
      { kind: 'begun', entry: { command: 'KLINE' } },
      { kind: 'entry', entry: { command: 'KLINE', ok: true } },
    ]),
  );
});

test('when ircd is killed between the entry and the deed, the trail says that nobody knows what came of it', async () => {
  const { host: at, port } = await begin();
  const [boss, victim] = [await operator(port), await enter(port, 'victim')];
  const { beginDeed } = AuditTrail.prototype;
  vi.spyOn(AuditTrail.prototype, 'beginDeed').mockImplementation(function (this: AuditTrail, ...args) {
    const outcome = beginDeed.apply(this, args);
    process.kill(at.snapshot('ircd').pid ?? 0, 'SIGKILL');
    return outcome;
  });
  boss.send('KILL victim :spam');
  await vi.waitFor(() => expect(at.snapshot('ircd').crashes).toHaveLength(1));
  expect(victim.text).not.toContain('KILL');
  const [begun, ended] = deedsIn(at.dataDir).slice(-2);
  expect(begun).toMatchObject({ kind: 'begun', entry: { command: 'KILL' } });
  expect(ended).toMatchObject({
    kind: 'entry',
    key: begun?.key,
    entry: { command: 'KILL', ok: false, outcome: expect.stringContaining('unknown: ircd ended') },
  });
});

/** A headless host in a process of its own, with the real recorder. */
async function spawnHost(): Promise<{ port: number; client: SocketClient }> {
  folder ??= await mkdtemp(join(tmpdir(), 'signalbox-deeds-'));
  const file = join(folder, 'signalbox.toml');
  await writeFile(file, config);
  const entry = join(import.meta.dirname, 'main.ts');
  const flags = [...serveFlags(folder, file), '--autostart', 'ircd'];
  const started = spawn(process.execPath, [entry, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  child = started;
  await once(createInterface({ input: started.stdout }), 'line');
  const client = await SocketClient.connect(folder);
  const port = await vi.waitFor(async () => {
    const status = await client.request('status', {});
    const daemon = status.ok ? status.result.daemons.find(({ id }) => id === 'ircd') : undefined;
    expect(daemon?.state).toBe('running');
    return portOf(daemon?.listeners[0]);
  });
  return { port, client };
}

test('a main that hangs keeps no KILL from being done, and nobody else from talking', async () => {
  const { port, client } = await spawnHost();
  const [boss, victim, other] = [
    await operator(port),
    await enter(port, 'victim'),
    await enter(port, 'other'),
  ];
  child?.kill('SIGSTOP');
  boss.send('KILL victim :spam', 'PING mine');
  other.send('PING theirs');
  await other.until('PONG');
  await victim.until('Killed (boss (spam))');
  await boss.until('PONG');
  expect(boss.text).toMatch(
    /KILL is not in the audit trail \(audit_unavailable: Signalbox did not say within 2 s/,
  );
  child?.kill('SIGCONT');
  const entries = await vi.waitFor(async () => {
    const found = await audit(client);
    expect(found).toMatchObject([{ command: 'KILL', ok: true }, { command: 'OPER' }]);
    return found;
  });
  expect(entries[0]?.outcome).toContain('disconnected victim');
});

test('when main is killed before it has written a KILL, nobody is killed, and nothing says so', async () => {
  const { port, client: before } = await spawnHost();
  const [boss, victim] = [await operator(port), await enter(port, 'victim')];
  const opered = [{ command: 'OPER', ok: true }];
  await vi.waitFor(async () => expect(await audit(before)).toMatchObject(opered));
  child?.kill('SIGSTOP');
  boss.send('KILL victim :spam');
  const gone = child === null ? Promise.resolve() : once(child, 'exit');
  child?.kill('SIGKILL');
  await gone;
  await victim.until('ERROR');
  expect(victim.text).toContain('Server is shutting down');
  expect(victim.text).not.toContain('KILL');
  const { client } = await spawnHost();
  // Its recorder may still be on its way.
  await vi.waitFor(async () => expect(await audit(client)).toMatchObject(opered));
});

/** Entries of what IRC operators did, newest first. */
async function audit(client: SocketClient): Promise<ControlResults['audit.query']['entries']> {
  const page = await client.request('audit.query', { limit: 100 });
  if (!page.ok) throw new Error(page.error.message);
  return page.result.entries.filter(({ from }) => from === 'ircd');
}
