import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leaveSilentBus } from './session-bus.ts';

let folder: string;
let buses: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-bus-'));
  buses = [];
});
afterEach(async () => {
  for (const bus of buses) bus.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A bus in a process of its own, because the one that asks waits; it says `answer` to whatever it is sent. */
async function startBus(answer: string): Promise<string> {
  const path = join(folder, 'bus');
  const code = `require('node:net').createServer((socket) => socket.on('data', () => socket.write(process.argv[2])))
    .listen(process.argv[1], () => console.log('up'))`;
  const bus = spawn(process.execPath, ['-e', code, path, answer], { stdio: ['ignore', 'pipe', 'inherit'] });
  buses.push(bus);
  await once(bus.stdout, 'data');
  return path;
}

function look(env: Record<string, string | undefined>, answerMs: number, platform = 'linux') {
  const said: string[] = [];
  leaveSilentBus(platform as NodeJS.Platform, env, answerMs, (text) => said.push(text));
  return { bus: env.DBUS_SESSION_BUS_ADDRESS, said };
}

describe('a session bus that accepts and says nothing', () => {
  it('is left alone and said, so that the first window does not wait for it', async () => {
    const address = `unix:path=${await startBus('')},guid=1`;
    expect(look({ DBUS_SESSION_BUS_ADDRESS: address }, 300)).toEqual({
      bus: 'disabled:',
      said: [expect.stringContaining(`The session bus ${address} has not answered within 0.3 s`)],
    });
  });

  it('is left alone also where only the runtime directory names it', async () => {
    await startBus('');
    expect(look({ XDG_RUNTIME_DIR: folder }, 300).bus).toBe('disabled:');
  });

  it('is not looked for where there is none', async () => {
    const address = `unix:path=${await startBus('')}`;
    expect(look({ DBUS_SESSION_BUS_ADDRESS: address }, 300, 'darwin')).toEqual({ bus: address, said: [] });
  });
});

describe('a session bus stays', () => {
  it.each(['OK 1234\r\n', 'REJECTED EXTERNAL\r\n'])('when it answers %j', async (answer) => {
    const address = `unix:path=${await startBus(answer)}`;
    expect(look({ DBUS_SESSION_BUS_ADDRESS: address }, 20_000)).toEqual({ bus: address, said: [] });
  });

  it.each(['unix:path=/nonexistent/bus', 'disabled:', 'what is this', 'tcp:host=127.0.0.1,port=1'])(
    'when it is %s, which nobody waits for',
    (address) => {
      expect(look({ DBUS_SESSION_BUS_ADDRESS: address }, 20_000)).toEqual({ bus: address, said: [] });
    },
  );

  it('out of the question where no bus is named', () => {
    expect(look({}, 20_000)).toEqual({ bus: undefined, said: [] });
  });
});
