/**
 * The IRC server of the hashing benchmark: as it ships, but that SIGUSR2 has it measure its loop and, the second time, write what it
 * found to BENCH_DELAY. With BENCH_WAY=libuv it verifies passwords on the threads that Node shares among files and names, two at once.
 */
import { writeFileSync } from 'node:fs';
import { verify } from '@node-rs/argon2';
import { PasswordChecker } from '../../daemons/ircd/passwords.ts';
import { startMeasuring, stopMeasuring } from './loop-delay.ts';

const AT_ONCE = 2;

if (process.env.BENCH_WAY === 'libuv') {
  let running = 0;
  const waiting: (() => void)[] = [];
  PasswordChecker.prototype.check = async (hash, password) => {
    if (running === AT_ONCE) await new Promise<void>((begin) => waiting.push(begin));
    else running++;
    try {
      return hash !== null && (await verify(hash, password));
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

let measuring = false;
process.on('SIGUSR2', () => {
  measuring = !measuring;
  if (measuring) startMeasuring();
  else writeFileSync(process.env.BENCH_DELAY ?? '', JSON.stringify(stopMeasuring()));
});

await import('../../daemons/ircd/main.ts');
