/** Which link ends when the memory for what servers bring is used up. */
import { beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { LinkMemory } from './link-memory.ts';

const LIMIT = 1_000;
const FULL = LIMIT * limits.linkHeapShare.default;
const HOUR = 3_600_000;

let used: number;
let memory: LinkMemory<{ traffic: { bytesIn: number } }>;
let old: { traffic: { bytesIn: number } };
let young: { traffic: { bytesIn: number } };
let links: (typeof old)[];

beforeEach(() => {
  used = 0;
  memory = new LinkMemory(() => ({ usedBytes: used, limitBytes: LIMIT }));
  old = { traffic: { bytesIn: 1_000_000 } };
  young = { traffic: { bytesIn: 10 } };
  links = [old, young];
  memory.offender(links, 0);
});

it('is nobody while there is room, and else who has said most since there was', () => {
  young.traffic.bytesIn += 2;
  old.traffic.bytesIn += 1;
  used = FULL - 1;
  expect(memory.offender(links, 1)).toBeNull();
  used = FULL;
  expect(memory.offender(links, 2)).toBe(young);
});

it('is counted anew whenever there is room', () => {
  young.traffic.bytesIn += 2;
  used = FULL / 3 - 1;
  expect(memory.offender(links, 1)).toBeNull();
  old.traffic.bytesIn += 1;
  used = FULL;
  expect(memory.offender(links, 2)).toBe(old);
});

it('is not looked for again before memory can have come back', () => {
  used = FULL;
  young.traffic.bytesIn += 1;
  expect(memory.offender(links, 1)).toBe(young);
  links = links.filter((link) => link !== young);
  expect(memory.offender(links, 30_000)).toBeNull();
  expect(memory.offender(links, 30_001)).toBe(old);
});

it('is not who has said most long ago, nor anybody where there are no links', () => {
  young.traffic.bytesIn += 1;
  used = FULL - 1;
  expect(memory.offender(links, HOUR - 1)).toBeNull();
  memory.offender(links, HOUR);
  used = FULL;
  expect(memory.offender([], HOUR)).toBeNull();
  expect(memory.offender(links, HOUR)).toBe(old);
});

it('is also one that was linked since', () => {
  const fresh = { traffic: { bytesIn: 5 } };
  links.push(fresh);
  young.traffic.bytesIn += 4;
  used = FULL;
  expect(memory.offender(links, 1)).toBe(fresh);
});
