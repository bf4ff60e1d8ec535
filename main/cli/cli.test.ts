/**
 * The CLI against an instance with a real daemon: as a program of its own, and, where what is asked for is not how a program
 * starts and ends, in this process.
 */
import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestHost, type TestHost } from '../headless/test-fixtures/test-host.ts';
import { manifest as tiny } from '../headless/test-fixtures/tiny/manifest.ts';
import { type Ran, typed as typedFor } from './typed-fixture.ts';

const ENTRY = join(import.meta.dirname, '../headless/test-fixtures/cli-entry.ts');
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost('');
});
afterAll(() => host.close());

function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CONFIG_HOME: host.dataDir, ...env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, ...output })));
  return { child, output, ended };
}

const cli = (...args: string[]) => startCli([...args, '--data', host.dataDir]).ended;

/** What {@link ENTRY} does with these arguments, without a process for it. */
async function typed(...args: readonly string[]): Promise<Ran> {
  vi.stubEnv('XDG_CONFIG_HOME', host.dataDir);
  try {
    return await typedFor(args, [tiny], (id) =>
      join(import.meta.dirname, '../headless/test-fixtures', id, 'main.ts'),
    );
  } finally {
    vi.unstubAllEnvs();
  }
}
/** The same, of the instance here. */
const here = (...args: readonly string[]) => typed(...args, '--data', host.dataDir);
const json = (ran: Ran) => JSON.parse(ran.stdout) as unknown;

test('status, start, run, metrics, logs and stop, for people and for programs', async () => {
  expect((await cli('status')).stdout).toMatch(/^DAEMON\s+STATE\s+PID.*\ntiny\s+stopped\s+-/);
  const started = await cli('start', 'tiny', '--json');
  expect(started.code).toBe(0);
  expect(json(started)).toMatchObject({ ok: true, result: { id: 'tiny', state: 'running' } });
  expect(json(await cli('status', '--json'))).toMatchObject({
    host: 'headless',
    daemons: [
      {
        id: 'tiny',
        state: 'running',
        pid: host.snapshot().pid,
        since: expect.any(Number),
        restarts: 0,
        listeners: [{ protocol: 'tiny', host: '127.0.0.1', port: 7, tls: false }],
      },
    ],
  });
  const poked = await cli('run', 'tiny', 'poke', '--name', 'ann', '--times', '2');
  expect(poked).toEqual({ code: 0, stdout: 'hello ann\n', stderr: '' });
  expect(json(await cli('run', 'tiny', 'poke', '--name', 'ann', '--json'))).toEqual({
    ok: true,
    result: { text: 'hello ann' },
  });
  expect(json(await cli('metrics', 'tiny', '--json'))).toMatchObject({
    time: expect.any(Number),
    metrics: { signalbox_tiny_loop_delay_seconds: { p999: expect.any(Number) } },
  });
  expect((await cli('metrics', 'main')).stdout).toContain('signalbox_main_requests_total');
  expect(json(await cli('top', '--json'))).toMatchObject({
    daemons: [
      { id: 'main', state: 'running', cpuRatio: expect.any(Number) },
      { id: 'tiny', state: 'running', memoryBytes: expect.any(Number) },
    ],
    instruments: expect.arrayContaining([expect.objectContaining({ daemon: 'main', trouble: 'none' })]),
  });
  const logged = (await cli('logs', 'tiny', '--json', '--limit', '20')).stdout.trimEnd().split('\n');
  // A busy machine may have it log that its loop was kept.
  expect(logged.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({ source: 'tiny', event: 'poked' }),
  );
  expect((await cli('restart', 'tiny', '--yes')).stdout).toMatch(
    /^tiny is running \(pid \d+\), listening on tiny 127\.0\.0\.1:7\n$/,
  );
  expect((await cli('stop', 'tiny')).stdout).toBe('tiny is stopped\n');
});

test('a start with a mistake in the file says that the last good configuration is what runs', async () => {
  await writeFile(host.configFile, '[tiny]\ngreeting = 5\n');
  expect((await here('config', 'reload')).code).toBe(78);
  const restarted = await here('restart', 'tiny', '--yes');
  expect(restarted.code).toBe(0);
  expect(restarted.stderr).toContain(
    `tiny runs with the last good configuration, because of ${host.configFile}:2: tiny.greeting: expected text`,
  );
  await writeFile(host.configFile, '');
  expect((await here('config', 'reload')).code).toBe(0);
  expect((await here('restart', 'tiny', '--yes')).stderr).toBe('');
  await here('stop', 'tiny', '--yes');
});

test('a disruptive command without --yes is refused where nobody can be asked', async () => {
  await host.ask('daemon.start', { id: 'tiny' });
  const refused = await cli('run', 'tiny', 'reset', '--json');
  expect(refused.code).toBe(1);
  expect(json(refused)).toMatchObject({ ok: false, error: { code: 'confirmation_required' } });
  const done = await cli('run', 'tiny', 'reset', '--yes', '--json');
  expect(done).toMatchObject({ code: 0, stdout: '{"ok":true,"result":null}\n' });
});

test('errors have their code on stdout for programs, their words on stderr for people', async () => {
  const forPeople = await cli('start', 'nope');
  expect(forPeople).toEqual({
    code: 2,
    stdout: '',
    stderr: 'signalbox: No daemon is called "nope". There are: tiny.\n',
  });
  const forPrograms = await cli('start', 'nope', '--json');
  expect(forPrograms.stderr).toBe('');
  expect(json(forPrograms)).toMatchObject({ ok: false, error: { code: 'unknown_daemon' } });
});

test('without an instance it says how to start one, with code 69', async () => {
  const dir = join(host.dataDir, 'nowhere');
  const ran = await startCli(['run', 'tiny', 'poke', '--name', 'x', '--data', dir, '--json']).ended;
  expect(ran.code).toBe(69);
  expect(ran.stderr).toBe(
    `signalbox: No running Signalbox uses ${dir}. Start one with: npm start -- --headless --data ${dir}\n`,
  );
  expect(json(ran)).toMatchObject({ ok: false, error: { code: 'no_instance' } });
});

test.each([
  [['frobnicate']],
  [['start']],
  [['start', 'a', 'b']],
  [['run']],
  [['run', 'nope', 'x']],
  [['run', 'tiny']],
  [['run', 'tiny', 'nope']],
  [['run', 'tiny', 'poke']],
  [['logs', 'tiny', '--limit', 'x']],
  [['logs', 'tiny', '--level', 'loud']],
  [['config']],
  [['status', '--data']],
  [[]],
])('%j is a usage error', async (args) => {
  expect((await typed(...args)).code).toBe(2);
});

test.each([
  [['start', 'nope']],
  [['stop', 'nope', '--yes']],
  [['metrics', 'nope']],
  [['logs', 'nope']],
  [['run', 'tiny', 'poke', '--name', 'x'.repeat(21)]],
])('%j is a usage error that the instance finds', async (args) => {
  expect((await here(...args)).code).toBe(2);
});

test('the version needs no instance', async () => {
  const ran = await startCli(['--version']).ended;
  expect(ran.stdout).toMatch(/^signalbox \d+\.\d+\.\d+ \(node \d+\.\d+\.\d+\)\n$/);
});

test('a configuration with a mistake has one exit code, whoever finds it', async () => {
  await writeFile(host.configFile, '[tiny]\ngreeting = 5\n');
  expect((await here('config', 'reload')).code).toBe(78);
  await writeFile(host.configFile, '');
  expect((await here('config', 'reload')).code).toBe(0);
});

test('help needs no instance', async () => {
  const dir = join(host.dataDir, 'nowhere');
  const ran = await startCli(['run', 'tiny', 'poke', '--help', '--data', dir]).ended;
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('--name');
  expect((await typed('run', 'tiny', '--help')).stdout).toContain('poke');
  expect((await typed('--help')).stdout).toContain('config check');
});

test.each([
  'status',
  'start',
  'stop',
  'restart',
  'logs',
  'metrics',
  'config',
  'backup',
  'restore',
  'completion',
])('%s --help is the help of that command', async (command) => {
  const { code, stdout } = await typed(command, '--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Usage: signalbox ${command}`));
  expect(stdout).not.toContain('Exit codes');
});

test.each([['start'], ['stop'], ['restart'], ['logs'], ['metrics']])(
  '%s of a name that does not exist is typed wrong, also where no instance runs',
  async (command) => {
    const nowhere = join(host.dataDir, 'nowhere');
    const ran = await typed(command, 'nope', '--data', nowhere);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('no daemon is called "nope"') });
    expect((await typed(command, 'tiny', '--data', nowhere)).code).toBe(69);
  },
);

test('the name of a daemon does what "run" and that name do, in help too', async () => {
  for (const rest of [['--help'], ['poke', '--help'], ['poke'], ['nothing']]) {
    expect(await here('tiny', ...rest)).toEqual(await here('run', 'tiny', ...rest));
  }
  expect(await here('help', 'tiny', 'poke')).toEqual(await here('run', 'tiny', 'poke', '--help'));
  expect((await here('tinny', 'poke')).stderr).toContain(
    'there is no command "tinny"; see: signalbox --help',
  );
});

test('a number below the range is refused in our words', async () => {
  expect((await here('logs', 'tiny', '--limit', '-3')).stderr).toBe(
    'signalbox: --limit: expected a whole number from 1 to 10000, got "-3"\n',
  );
});

test.runIf(process.platform === 'linux')(
  'output that cannot be written is a failure that is said',
  async () => {
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" "${join(import.meta.dirname, 'main.ts')}" --version > /dev/full`,
    ]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(1);
    expect(stderr).toContain('signalbox: the output could not be written: ENOSPC');
  },
);

test('what network users call themselves cannot command the terminal', async () => {
  await host.ask('daemon.start', { id: 'tiny' });
  const ran = await cli('run', 'tiny', 'list');
  expect(ran.stdout).toContain('evil\\x1b[2J\\x9b2Jname');
  expect(ran.stdout).toContain('2.0 KiB');
  expect(ran.stdout).not.toContain('\u001b');
});

test('logs --follow goes on until it is interrupted', async () => {
  await host.ask('daemon.start', { id: 'tiny' });
  const { child, output, ended } = startCli(['logs', 'tiny', '--follow', '--json', '--data', host.dataDir]);
  const poke = (name: string) => host.ask('command.run', { daemon: 'tiny', command: 'poke', args: { name } });
  await expect.poll(() => output.stdout).toContain('poked');
  await poke('followed');
  await expect.poll(() => output.stdout).toContain('poked by followed');
  child.kill('SIGINT');
  await ended;
  const lines = output.stdout.trim().split('\n');
  expect(new Set(lines).size).toBe(lines.length);
});

test('config reload says what is in force now', async () => {
  await host.ask('daemon.start', { id: 'tiny' });
  expect(await here('config', 'reload')).toEqual({
    code: 0,
    stdout: 'tiny: greeting in force\n',
    stderr: '',
  });
  await host.ask('daemon.stop', { id: 'tiny', confirmed: true });
  expect(await here('config', 'reload')).toEqual({
    code: 0,
    stdout: 'The file was read; nothing changed for the daemons that run.\n',
    stderr: '',
  });
});

test('config check names the mistake and needs no instance', async () => {
  const good = join(host.dataDir, 'good.toml');
  const bad = join(host.dataDir, 'bad.toml');
  await writeFile(good, '[tiny]\ngreeting = "hi"\n');
  await writeFile(bad, '\n[tiny]\ngreeting = 5\n');
  expect(await here('config', 'check', good)).toEqual({
    code: 0,
    stdout: `${good}: no mistakes\n`,
    stderr: '',
  });
  expect(await here('config', 'check', '--config', bad)).toEqual({
    code: 78,
    stdout: '',
    stderr: `signalbox: ${bad}:3: tiny.greeting: expected text, got 5\n`,
  });
  expect(json(await here('config', 'check', bad, '--json'))).toMatchObject({
    ok: false,
    error: { code: 'config_invalid', detail: { line: 3, key: 'tiny.greeting' } },
  });
});

test('every mistake of a configuration is said in a line of its own, by check, reload and a start', async () => {
  const text = '[tiny]\ngreeting = 5\ngreting = "x"\n[tinny]\n';
  const bad = join(host.dataDir, 'several.toml');
  const lines = (file: string) =>
    [
      `${file}:2: tiny.greeting: expected text, got 5 (and 2 more mistakes)`,
      `  ${file}:3: tiny.greting: unknown key, did you mean "greeting"?`,
      `  ${file}:4: tinny: unknown table, did you mean "tiny"?\n`,
    ].join('\n');
  await writeFile(bad, text);
  expect((await here('config', 'check', bad)).stderr).toBe(`signalbox: ${lines(bad)}`);
  expect(json(await here('config', 'check', bad, '--json'))).toMatchObject({
    error: {
      detail: {
        line: 2,
        mistakes: [`${bad}:2: tiny.greeting: expected text, got 5`, expect.any(String), expect.any(String)],
      },
    },
  });
  await writeFile(host.configFile, text);
  expect((await here('config', 'reload')).stderr).toBe(`signalbox: ${lines(host.configFile)}`);
  expect((await here('start', 'tiny')).stderr).toContain(`because of ${lines(host.configFile)}`);
  await here('stop', 'tiny', '--yes');
  await writeFile(host.configFile, '');
  await here('config', 'reload');
});

test('what cannot be written to the audit trail is done and said, or refused, for people and for programs', async () => {
  const recording = await startTestHost('', {}, [{ ...tiny, role: 'recorder' }]);
  try {
    const there = (...args: string[]) => startCli([...args, '--data', recording.dataDir]).ended;
    await there('start', 'tiny');
    const folder = join(recording.dataDir, 'journal');
    await rm(folder, { recursive: true });
    await writeFile(folder, 'in the way');
    const listed = await there('run', 'tiny', 'list');
    expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining('this is not recorded') });
    expect(json(await there('run', 'tiny', 'list', '--json'))).toMatchObject({ ok: true, audited: false });
    const refused = await there('run', 'tiny', 'poke', '--name', 'ann');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('tiny poke was not done') });
    expect(json(await there('stop', 'tiny', '--yes', '--json'))).toMatchObject({ ok: true, audited: false });
  } finally {
    await recording.close();
  }
});

test('the audit trail tells two people on one account apart by sudo, terminal and address', async () => {
  const env = { SUDO_USER: 'alice', SSH_CONNECTION: '192.0.2.7 50022 192.0.2.1 22', SSH_TTY: '/dev/pts/3' };
  await startCli(['start', 'tiny', '--data', host.dataDir], env).ended;
  await startCli(['stop', 'tiny', '--yes', '--data', host.dataDir], { ...env, SUDO_USER: 'bob', SSH_TTY: '' })
    .ended;
  const actors = host.events.flatMap((event) => (event.type === 'audit' ? [event.entry.actor] : []));
  const { username } = userInfo();
  expect(actors.slice(-2)).toEqual([
    `${username} (sudo alice, pts/3, 192.0.2.7)`,
    `${username} (sudo bob, 192.0.2.7)`,
  ]);
});
