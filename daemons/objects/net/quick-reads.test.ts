import { beforeEach, describe, expect, it } from 'vitest';
import type { Libc } from '../native/libc.ts';
import { type QuickReader, QuickReads } from './quick-reads.ts';

const FD = 7;
/** Reads after which the next question is waited for. */
const STREAK = 17;

let nowMs = 0;
/** What each look at the socket finds, in bytes; 0 is its end. Where the list is at its end, there is nothing. */
let arrivals: number[] = [];
let looks = 0;

const libc = {
  addressOf: () => 0,
  recv: (fd: number) => {
    expect(fd).toBe(FD);
    looks++;
    nowMs += 0.001;
    return arrivals.shift() ?? -1;
  },
} as unknown as Libc;

class Client implements QuickReader {
  isSettled = true;
  readonly read: number[] = [];
  onRead = () => {};

  onBytes(bytes: Buffer): void {
    this.read.push(bytes.length);
    nowMs += 0.01;
    this.onRead();
  }
}

describe('QuickReads', () => {
  let reads: QuickReads;
  let client: Client;

  /** What the loop reads for a client, some microseconds after its last. */
  const loopReads = (times: number, who = client, gapMs = 0.08) => {
    for (let time = 0; time < times; time++) {
      nowMs += gapMs;
      reads.goOn(who, FD);
    }
  };

  beforeEach(() => {
    nowMs = 1_000;
    arrivals = [];
    looks = 0;
    reads = new QuickReads(libc, Buffer.allocUnsafeSlow(64), () => nowMs);
    client = new Client();
  });

  it('looks for the next question of a client that was alone for a while and asks soon after each answer', () => {
    loopReads(STREAK - 1);
    expect(looks).toBe(0);
    arrivals = [5, -1, -1, 6];
    loopReads(1);
    expect(client.read).toEqual([5, 6]);
  });

  it('gives up when nothing comes for 50 microseconds', () => {
    loopReads(STREAK);
    expect(looks).toBeLessThanOrEqual(51);
    expect(looks).toBeGreaterThan(40);
  });

  it('lets the loop go around after a millisecond, however much there is', () => {
    arrivals = Array<number>(1_000).fill(3);
    loopReads(STREAK);
    // Each takes 0.01 ms and the look for it 0.001.
    expect(client.read.length).toBeGreaterThan(80);
    expect(client.read.length).toBeLessThan(95);
  });

  it('looks for nobody when two take turns', () => {
    const other = new Client();
    for (let time = 0; time < 100; time++) {
      loopReads(1, client, 0.02);
      loopReads(1, other, 0.02);
    }
    expect(looks).toBe(0);
  });

  it('looks for nobody who takes his time', () => {
    loopReads(100, client, 0.5);
    expect(looks).toBe(0);
  });

  it('leaves the end of the connection to the loop', () => {
    arrivals = [0, 4];
    loopReads(STREAK);
    expect(looks).toBe(1);
    expect(client.read).toEqual([]);
  });

  it('reads no more for a client that waits for an answer, or is gone', () => {
    arrivals = [5, 6];
    client.onRead = () => {
      client.isSettled = false;
    };
    loopReads(STREAK);
    expect(client.read).toEqual([5]);
    loopReads(1);
    expect(looks).toBe(1);
  });

  it('forgets a client that is gone', () => {
    loopReads(STREAK - 1);
    reads.forget(client);
    loopReads(1);
    expect(looks).toBe(0);
  });
});
