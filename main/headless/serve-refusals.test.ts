/** What ends the headless host, as a program, at its start: its words and its exit codes. */
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ServedHosts } from './test-fixtures/served-hosts.ts';

const at = new ServedHosts();

test('a bad configuration ends it with 78 and names file, line and key of every mistake', async () => {
  await writeFile(at.configFile, '[relay]\nlisten = [{ port = "abc" }]\nmode = 1\n');
  const served = at.serve();
  expect(await served.exit).toBe(78);
  expect(served.output.stdout).toBe('');
  await vi.waitFor(() =>
    expect(served.output.stderr).toContain(`${at.configFile}:2: relay.listen[0].port: expected `),
  );
  expect(served.output.stderr).toContain(`\n  ${at.configFile}:3: relay.mode: expected `);
});

test('a token file that holds none ends it with 78, and is named in one sentence with what to do', async () => {
  await writeFile(join(at.dir, 'token'), '');
  const served = at.serve();
  expect(await served.exit).toBe(78);
  await vi.waitFor(() =>
    expect(served.output.stderr).toMatch(
      /holds no token; remove the file and start again to get a new one\.\n/,
    ),
  );
});

test('a data directory that cannot be one ends it with 78 and is named', async () => {
  const file = at.configFile;
  const linked = join(at.dir, 'circle');
  await symlink(linked, linked);
  const cases: [string, string][] = [
    [file, `The data folder ${file} cannot be used: a file is in its place`],
    [join(file, 'below'), `cannot be used: a file is in its place at ${file}`],
    [join(linked, 'x'), `cannot be used: its links lead in a circle`],
  ];
  // Nobody can make a folder there, and Node's own way tries forever.
  if (process.platform === 'linux')
    cases.push(['/proc/signalbox', 'The data folder /proc/signalbox cannot be used: it is not there']);
  const ended = cases.map(async ([data, text]) => {
    const served = at.serve('--data', data);
    expect(await served.exit).toBe(78);
    await vi.waitFor(() => expect(served.output.stderr).toContain(text));
  });
  await Promise.all(ended);
});

test('flags that it does not know end it with 2', async () => {
  const served = at.serve('--prot', '1');
  expect(await served.exit).toBe(2);
  await vi.waitFor(() => expect(served.output.stderr).toContain('--prot'));
});
