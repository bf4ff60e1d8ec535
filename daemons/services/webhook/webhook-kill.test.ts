/** What the webhook has acknowledged is there after kill -9, whatever the disk does, and is acted upon then. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAccounts } from '../../identity/store/database.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { WebhookStore } from './webhook-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-webhook-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (id: string, action: string | null = null) =>
  JSON.stringify({
    ...{ id, time: Date.now(), resourceType: 'USER', operationType: action === null ? 'UPDATE' : 'ACTION' },
    resourcePath: `users/${id}${action === null ? '' : `/${action}`}`,
  });

async function receiver(file: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(new URL('test-receiver.ts', import.meta.url).pathname, [file], { silent: true });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, url: `http://127.0.0.1:${port.toString().trim()}/keycloak-webhook` };
}

const send = (url: string, body: string) =>
  fetch(url, { method: 'POST', body, headers: { 'x-webhook-secret': 'hush' } });

it('every event that was acknowledged is there after kill -9, although the disk had taken nothing', async () => {
  const file = join(folder, 'services.db');
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const { child, url } = await receiver(file);
    const ended = once(child, 'exit');
    const most = 60 + round * 37;
    let heard = 0;
    const sender = async (name: string) => {
      for (let number = 0; child.signalCode === null && !child.killed; number++) {
        const id = `${round}-${name}-${number}`;
        const answer = await send(url, event(id)).catch(() => null);
        if (answer?.status !== 204) continue;
        acknowledged.push(id);
        if (++heard === most) child.kill('SIGKILL');
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(sender));
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
  }
  const database = openAccounts(SqliteDatabase, file, SERVICES_SCHEMA);
  const there = new Set(new WebhookStore(database).waiting().map(({ id }) => id));
  expect(acknowledged.filter((id) => !there.has(id))).toEqual([]);
  expect(acknowledged.length).toBeGreaterThanOrEqual(60 + 97 + 134);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
});

it('the end of sessions, which nobody could find out afterwards, is not acknowledged before the disk has it', async () => {
  const { child, url } = await receiver(join(folder, 'services.db'));
  let isAnswered = false;
  const logout = send(url, event('out', 'logout')).then(
    () => {
      isAnswered = true;
    },
    () => {},
  );
  for (let number = 0; number < 20; number++)
    expect((await send(url, event(`other-${number}`, 'reset-password'))).status).toBe(204);
  expect(isAnswered).toBe(false);
  child.kill('SIGKILL');
  await Promise.all([logout, once(child, 'exit')]);
});
