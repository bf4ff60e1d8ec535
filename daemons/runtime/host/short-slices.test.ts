import { release } from 'node:os';
import { expect, it } from 'vitest';
import { askForShortSlices } from './short-slices.ts';

/** What the system is asked, as structures; `answers` are those of sched_getattr, in turn. */
function recorded(...answers: { policy?: number; nice?: number; runtime?: bigint; fails?: boolean }[]) {
  const asked: { number: number; flags: bigint; policy: number; nice: number; runtime: bigint }[] = [];
  const call = (number: number, _thread: number, attributes: Buffer, size: number) => {
    asked.push({
      number,
      flags: attributes.readBigUInt64LE(8),
      policy: attributes.readUInt32LE(4),
      nice: attributes.readInt32LE(16),
      runtime: attributes.readBigUInt64LE(24),
    });
    if (size === 0) return 0;
    const { policy = 0, nice = 0, runtime = 0n, fails = false } = answers.shift()!;
    attributes.writeUInt32LE(policy, 4);
    attributes.writeInt32LE(nice, 16);
    attributes.writeBigUInt64LE(runtime, 24);
    return fails ? -1 : 0;
  };
  return { asked, load: () => call };
}

const isLinux = process.platform === 'linux';

it.runIf(isLinux)(
  'asks for 0.1 ms, keeps the niceness that there is, and lets other threads have what is usual',
  () => {
    const { asked, load } = recorded({ nice: 5 }, { nice: 5, runtime: 100_000n });
    expect(askForShortSlices(load)).toBe(100_000);
    expect(asked[1]).toMatchObject({ flags: 1n, policy: 0, nice: 5, runtime: 100_000n });
  },
);

it.runIf(isLinux)('takes nothing from threads of a process that was given more of the processor', () => {
  const { asked, load } = recorded({ nice: -5 }, { nice: -5, runtime: 100_000n });
  expect(askForShortSlices(load)).toBe(100_000);
  expect(asked[1]).toMatchObject({ flags: 0n, nice: -5, runtime: 100_000n });
});

it.runIf(isLinux)('leaves alone what somebody has chosen another policy for', () => {
  for (const policy of [1, 3]) {
    const { asked, load } = recorded({ policy });
    expect(askForShortSlices(load)).toBeNull();
    expect(asked).toHaveLength(1);
  }
});

it('is nothing where the system does not know it, refuses it, or cannot be asked', () => {
  expect(askForShortSlices(recorded({}, { runtime: 0n }).load)).toBeNull();
  expect(askForShortSlices(recorded({ fails: true }).load)).toBeNull();
  expect(
    askForShortSlices(() => {
      throw new Error('koffi did not load');
    }),
  ).toBeNull();
});

it.runIf(isLinux)('the thread has them then, where the system has any', () => {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const slice = askForShortSlices();
  if (major > 6 || (major === 6 && minor >= 12)) expect(slice).toBe(100_000);
  else expect(slice).toBeNull();
});
