import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashPassword } from './passwords.ts';

let directory: string;
let child: ChildProcess;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signalbox-alone-'));
});
afterEach(async () => {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  await rm(directory, { recursive: true, force: true });
});

/** Registers a client and answers its lines. */
async function dial(port: number, nick: string) {
  const socket = connect(port, '127.0.0.1');
  const lines = createInterface({ input: socket });
  socket.write(`NICK ${nick}\r\nUSER ${nick} 0 * :${nick}\r\n`);
  const until = (text: string, then: (line: string) => void = () => {}) =>
    new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (!line.includes(text)) return;
        then(line);
        resolve();
      });
    });
  await until(' 422 ');
  return { socket, until };
}

it('alone, has what an operator does in its log before it is done, and what came of it', async () => {
  const [config, log] = [join(directory, 'signalbox.toml'), join(directory, 'log')];
  const password_hash = await hashPassword('sesame');
  await writeFile(
    config,
    `[ircd]\nlisten = [{ port = 0 }]\ndns = false\n[[ircd.oper]]\nname = "boss"\nhosts = ["*"]\n` +
      `password_hash = "${password_hash}"\nflags = ["kill"]\n`,
  );
  const stderr = openSync(log, 'w');
  const main = join(import.meta.dirname, 'main.ts');
  const started = spawn(process.execPath, [main, '--standalone', '--config', config, '--data', directory], {
    stdio: ['ignore', 'pipe', stderr],
  });
  closeSync(stderr);
  child = started;
  const [line] = (await once(
    createInterface({ input: started.stdout as NodeJS.ReadableStream }),
    'line',
  )) as [string];
  const port = (JSON.parse(line) as { listeners: { port: number }[] }).listeners[0]?.port ?? 0;
  const [boss, victim] = [await dial(port, 'boss'), await dial(port, 'victim')];
  const opered = boss.until(' 381 ');
  boss.socket.write('OPER boss sesame\r\n');
  await opered;
  let logged = '';
  const killed = victim.until(' KILL victim ', () => {
    logged = readFileSync(log, 'utf8');
  });
  const done = boss.until(' PONG ');
  boss.socket.write('KILL victim :spam\r\nPING done\r\n');
  await killed;
  const deed = 'boss!~boss@localhost (oper boss) KILL {"nick":"victim","reason":"spam"}';
  expect(logged).toContain(`info audit deed_begun ${deed}\n`);
  await done;
  expect(readFileSync(log, 'utf8')).toContain(
    `info audit deed_done ${deed}: disconnected victim!~victim@localhost\n`,
  );
  expect(readFileSync(log, 'utf8')).not.toContain('sesame');
});
