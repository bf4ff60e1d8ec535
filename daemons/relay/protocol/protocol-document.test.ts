/** docs/relay-protocol.md says what the relay does: its example client works, and it lists every error code. */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { dataPayload, TestRelay } from '../test-relay.ts';
import { PROTOCOL_ERRORS } from './protocol-errors.ts';

let relay: TestRelay | null = null;
afterEach(async () => {
  await relay?.close();
  relay = null;
});

const document = await readFile(join(import.meta.dirname, '../../../docs/relay-protocol.md'), 'utf8');

it('has an example client that works', async () => {
  relay = await TestRelay.start();
  const bob = await relay.greet('rooms', 'bob', ['presence']);
  await bob.ask({ type: 'join', room: 'den' });
  const code = document.split('```js\n')[1]!.split('```')[0]!;
  expect(code).toContain('connect(6680,');
  const script = join(relay.dataDir, 'client.mjs');
  await writeFile(script, code.replace('connect(6680,', `connect(${relay.port},`));
  const child = spawn(process.execPath, [script, 'alice'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    expect(await bob.message()).toMatchObject({ type: 'presence', peer: 'alice', event: 'joined' });
    expect(await bob.text()).toBe(dataPayload(2, ['den', 'alice'], 'hello, everybody').toString('latin1'));
    bob.send(dataPayload(2, ['den'], 'hello, alice'));
    const [line] = await new Promise<string[]>((resolve) =>
      createInterface({ input: child.stdout }).once('line', (text) => resolve([text])),
    );
    expect(line).toBe('[den] bob: hello, alice');
  } finally {
    child.kill();
  }
});

it('lists every error code', () => {
  for (const code of Object.keys(PROTOCOL_ERRORS)) expect(document).toContain(`\`${code}\``);
});
