import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openLocalSocket } from '../core/instance/local-socket.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { SessionRegistry } from '../core/sessions/session-registry.ts';
import { configCommand } from './config-command.ts';
import { SocketClient } from './socket-client.ts';

test.each([false, true])('a reload that is not recorded says so (--json: %s)', async (json) => {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-cli-'));
  const socket = await openLocalSocket(data, CONTROL_LIMITS, { host: 'headless' });
  const said: string[] = [];
  const keep = (text: unknown) => said.push(String(text)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  try {
    const outcome = { ok: true, result: { daemons: [] }, audited: false } as const;
    const sessions = new SessionRegistry();
    socket.serve({ sessions, handle: async () => outcome, subscribe: () => () => {} });
    const connectTo = (dataDir: string) => SocketClient.connect(dataDir);
    const shared = { json, help: false, yes: false, data, connectTo };
    expect(
      await configCommand(
        ['reload'],
        shared,
        async () => [],
        () => '',
      ),
    ).toBe(0);
    expect(said.join('')).toContain('this is not recorded');
  } finally {
    for (const spy of spies) spy.mockRestore();
    await socket.close();
    await rm(data, { recursive: true });
  }
});
