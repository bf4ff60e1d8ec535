/** Passwords in the pool: what is kept of one, what fits it, and how many of one network are looked at at once. */
import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import type { PoolTask, RunOptions } from '../runtime/async/pool-task.ts';
import type { ThreadPool } from '../runtime/async/thread-pool.ts';
import { hasOtherCosts, NOBODY } from './argon2.ts';
import { fitsHash, makeVerifiers } from './credential-tasks.ts';
import { Credentials, passwordPool } from './credentials.ts';
import { limits } from './limits.ts';
import { keysOf, parseVerifier } from './sasl/scram.ts';

it('makes what every mechanism needs, with a salt of its own each time', () => {
  const [one, other] = [1, 2].map(() => makeVerifiers({ password: 'correct-horse', iterations: 3 }));
  expect(one!.argon2id).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  const scram = parseVerifier(one!.scram)!;
  expect([scram.iterations, scram.salt.length]).toEqual([3, 16]);
  expect(keysOf(pbkdf2Sync('correct-horse', scram.salt, 3, 32, 'sha256'))).toEqual({
    storedKey: scram.storedKey,
    serverKey: scram.serverKey,
  });
  expect(parseVerifier(other!.scram)!.salt).not.toEqual(scram.salt);
  expect(fitsHash({ hash: one!.argon2id, password: 'correct-horse' })).toBe(true);
  expect(fitsHash({ hash: other!.argon2id, password: 'Correct-horse' })).toBe(false);
  for (const damaged of ['', 'correct-horse', one!.argon2id.slice(0, -9)])
    expect(fitsHash({ hash: damaged, password: 'correct-horse' }), damaged).toBe(false);
});

it('takes as long for an account that does not exist as for one that does', () => {
  expect(hasOtherCosts(NOBODY)).toBe(false);
  expect(hasOtherCosts(makeVerifiers({ password: 'correct-horse', iterations: 3 }).argon2id)).toBe(false);
  expect(hasOtherCosts(NOBODY.replace('t=5', 't=2'))).toBe(true);
});

it('does so on threads, and lets nobody in to what has no hash', async () => {
  const pool = passwordPool(() => {});
  const credentials = new Credentials(pool);
  const { argon2id, scram } = await credentials.make('correct-horse', 'x');
  expect(parseVerifier(scram)?.iterations).toBe(limits.scramIterations.default);
  expect(
    await Promise.all([
      credentials.fits(argon2id, 'correct-horse', 'x'),
      credentials.fits(argon2id, 'wrong', 'x'),
      credentials.fits(null, 'correct-horse', 'x'),
    ]),
  ).toEqual([true, false, false]);
  expect(pool.stats()).toMatchObject({ capacity: limits.checksWaiting.default, completed: 4, failed: 0 });
  await credentials.close();
  await expect(credentials.make('correct-horse', 'x')).rejects.toMatchObject({ code: 'refused' });
});

/** A pool in which nothing ends by itself. */
class HeldPool implements Pick<ThreadPool, 'run' | 'close'> {
  readonly held: { argument: unknown; group: unknown; end: (result: unknown) => void }[] = [];
  closedWithin: number | null = null;

  run<Argument, Result>(
    _task: PoolTask<Argument, Result>,
    argument: Argument,
    options?: RunOptions,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end = (result: unknown) => (result instanceof Error ? reject(result) : resolve(result as Result));
      this.held.push({ argument, group: options?.group, end });
    });
  }

  async close(deadlineMs: number): Promise<boolean> {
    this.closedWithin = deadlineMs;
    return true;
  }
}

describe('many of one network', () => {
  it('are refused beyond a share, whatever became of those before, and nobody else is', async () => {
    const pool = new HeldPool();
    const credentials = new Credentials(pool);
    const most = limits.checksPerNetwork.default;
    const checks = Array.from({ length: most - 1 }, () => credentials.fits('hash', 'x', 'busy'));
    const made = credentials.make('x', 'busy');
    const full = { code: 'limit_reached' };
    await expect(credentials.fits('hash', 'x', 'busy')).rejects.toMatchObject(full);
    await expect(credentials.make('x', 'busy')).rejects.toMatchObject(full);
    const other = credentials.fits('hash', 'x', 'quiet');
    expect(pool.held.map(({ group }) => group)).toEqual([...new Array(most).fill('busy'), 'quiet']);
    pool.held[most]!.end(true);
    expect(await other).toBe(true);
    pool.held[0]!.end(true);
    pool.held[1]!.end(new SignalboxError('crashed', 'gone'));
    pool.held[most - 1]!.end({ argon2id: 'a', scram: 's' });
    expect(await checks[0]).toBe(true);
    await expect(checks[1]).rejects.toMatchObject({ code: 'crashed' });
    expect(await made).toEqual({ argon2id: 'a', scram: 's' });
    // Three have ended, so three may begin.
    for (let i = 0; i < 3; i++) void credentials.fits('hash', 'x', 'busy');
    await expect(credentials.fits('hash', 'x', 'busy')).rejects.toMatchObject(full);
    expect(pool.held).toHaveLength(most + 4);
    await credentials.close();
    expect(pool.closedWithin).toBe(limits.checksCloseMs.default);
  });

  it('count from nothing again once all have ended', async () => {
    const pool = new HeldPool();
    const credentials = new Credentials(pool);
    for (let round = 0; round < 2; round++) {
      const checks = Array.from({ length: limits.checksPerNetwork.default }, () =>
        credentials.fits(null, 'x', 'busy'),
      );
      for (const { end } of pool.held.splice(0)) end(true);
      // Somebody without a hash is let in by nothing.
      expect(new Set(await Promise.all(checks))).toEqual(new Set([false]));
    }
  });
});
