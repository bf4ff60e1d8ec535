/** What a caller may say of itself on the local socket. */
import { userInfo } from 'node:os';
import { expect, test, vi } from 'vitest';
import { localActor, localCallerSchema } from './local-caller.ts';

const says = (value: unknown) => localCallerSchema.safeParse(value).success;

test.each<[Record<string, unknown>, boolean]>([
  [{}, true],
  [{ sudoUser: 'alice' }, true],
  [{ sudoUser: 'alice.b-c_d' }, true],
  [{ sudoUser: '' }, false],
  [{ sudoUser: 'alice)' }, false],
  [{ sudoUser: 'al ice' }, false],
  [{ sudoUser: 'x'.repeat(32) }, true],
  [{ sudoUser: 'x'.repeat(33) }, false],
  [{ terminal: 'x'.repeat(33) }, false],
  [{ terminal: 'pts/3' }, true],
  [{ terminal: 'tty1' }, true],
  [{ terminal: 'pts/3, root' }, false],
  [{ terminal: '' }, false],
  [{ remote: '192.0.2.7' }, true],
  [{ remote: '2001:db8::7' }, true],
  [{ remote: 'fe80::1%eth0' }, false],
  [{ remote: 'example.org' }, false],
  [{ remote: '' }, false],
  [{ somethingElse: 'x' }, false],
])('%j: %s', (said, taken) => {
  expect(says(said)).toBe(taken);
});

test('a caller is the account, an admin, with what it says of where it is', () => {
  const name = userInfo().username;
  expect(localActor({})).toEqual({ name, from: 'cli', role: 'admin' });
  expect(localActor({ sudoUser: name, terminal: 'pts/3' })).toEqual({
    name,
    from: 'cli',
    role: 'admin',
    where: 'pts/3',
  });
  expect(localActor({ sudoUser: 'alice', terminal: 'pts/3' }).where).toBe('sudo alice, pts/3');
  expect(localActor({ remote: '192.0.2.7' }).where).toBe('192.0.2.7');
  expect(localActor({ console: true, terminal: 'pts/3' })).toEqual({
    name,
    from: 'console',
    role: 'admin',
    where: 'pts/3',
  });
  expect(localCallerSchema.safeParse({ console: false }).success).toBe(false);
});

test('an account without a name is called by its number', async () => {
  vi.resetModules();
  vi.doMock('node:os', async (original) => ({
    ...(await original<typeof import('node:os')>()),
    userInfo: () => {
      throw new Error('ENOENT: no such user');
    },
  }));
  const fresh = await import('./local-caller.ts');
  expect(fresh.localActor({}).name).toBe(`uid ${process.getuid?.() ?? 'unknown'}`);
  vi.doUnmock('node:os');
  vi.resetModules();
});
