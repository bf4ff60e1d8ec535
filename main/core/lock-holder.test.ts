/** Which process holds an abstract socket. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { lockHolder } from './lock-holder.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A name that nobody else uses. */
const name = (what: string) => `signalbox-lock-holder-test-${process.pid}-${what}`;

async function hold(what: string): Promise<void> {
  const server = createServer();
  closing.push(() => server.close());
  await once(server.listen(`\0${what}`), 'listening');
}

describe.runIf(process.platform === 'linux')('an abstract socket', () => {
  it('that nobody holds has no holder', async () => {
    expect(await lockHolder(name('nobody'))).toBeNull();
  });

  it('is held by the process that listens there, and by nobody once that is over', async () => {
    await hold(name('ours'));
    expect(await lockHolder(name('ours'))).toBe(process.pid);
    closing.splice(0).forEach((close) => void close());
    await expect.poll(() => lockHolder(name('ours'))).toBeNull();
  });

  it('is told from another whose name begins or ends alike', async () => {
    await hold(`${name('long')}er`);
    await hold(`a${name('long')}`);
    expect(await lockHolder(name('long'))).toBeNull();
    expect(await lockHolder(`a${name('long')}`)).toBe(process.pid);
  });

  it('of another process is told by the number of that process', async () => {
    const code = `require('node:net').createServer().listen('\\0' + process.argv[1], () => console.log('held'))`;
    const other = spawn(process.execPath, ['-e', code, name('theirs')], {
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(async () => {
      other.kill('SIGKILL');
      if (other.exitCode === null && other.signalCode === null) await once(other, 'exit');
    });
    await once(other.stdout, 'data');
    await hold(name('ours'));
    expect(await lockHolder(name('theirs'))).toBe(other.pid);
  });
});
