import { describe, expect, it } from 'vitest';
import { WorkAccount, type WorkAllowance, WorkGroup, WorkGroups } from './work-account.ts';

const MS = 1e6;
const ALLOWANCE: WorkAllowance = { share: 0.1, burstMs: 100, lightMs: 10, maxWaitMs: 2000 };

const accountOf = (group = new WorkGroup({ ...ALLOWANCE, burstMs: 10_000, lightMs: 10_000 })) =>
  new WorkAccount(group, ALLOWANCE);

describe('WorkAccount', () => {
  it('lets a burst through and then makes the client wait until its share has made up for it', () => {
    const account = accountOf();
    account.charge(100 * MS, 1000);
    expect(account.waitMs(1000)).toBe(0);
    account.charge(10 * MS, 1000);
    expect(account.waitMs(1000)).toBeCloseTo(100);
    expect(account.waitMs(1100)).toBeCloseTo(0);
  });

  it('never makes a client wait longer than the longest wait', () => {
    const account = accountOf();
    account.charge(60_000 * MS, 1000);
    expect(account.waitMs(1000)).toBeCloseTo(2000);
  });

  it('is light again once time has made up for the work', () => {
    const account = accountOf();
    account.charge(20 * MS, 1000);
    expect(account.isLight(1000)).toBe(false);
    expect(account.isLight(1101)).toBe(true);
  });

  it('makes clients of one address wait for what they used together', () => {
    const groups = new WorkGroups(ALLOWANCE);
    const accounts = Array.from({ length: 30 }, () => accountOf(groups.enter('192.0.2.1')));
    for (const account of accounts) account.charge(5 * MS, 1000);
    expect(accounts[0]?.waitMs(1000)).toBeCloseTo(500);
    expect(accountOf(groups.enter('192.0.2.2')).waitMs(1000)).toBe(0);
  });

  it('counts a /64 of IPv6 as one network', () => {
    const groups = new WorkGroups(ALLOWANCE);
    expect(groups.enter('2001:db8::1')).toBe(groups.enter('2001:db8::2'));
  });

  it('knows how many members a network has', () => {
    const groups = new WorkGroups(ALLOWANCE);
    groups.enter('2001:db8::1');
    groups.enter('2001:db8::2');
    groups.leave('2001:db8::1');
    expect([groups.membersOf('2001:db8::3'), groups.membersOf('192.0.2.1')]).toEqual([1, 0]);
  });

  it('does not forget what an address used when its clients leave', () => {
    const groups = new WorkGroups(ALLOWANCE);
    const group = groups.enter('192.0.2.1');
    group.charge(5000 * MS, performance.now());
    groups.leave('192.0.2.1');
    expect(groups.enter('192.0.2.1')).toBe(group);
  });

  it('remembers a bounded number of addresses and keeps those that have clients', () => {
    const groups = new WorkGroups(ALLOWANCE, 10);
    const kept = groups.enter('192.0.2.1');
    for (let i = 0; i < 100; i++) {
      groups.enter(`198.51.100.${i}`).charge(50 * MS, performance.now());
      groups.leave(`198.51.100.${i}`);
    }
    expect(groups.size).toBeLessThanOrEqual(10);
    expect(groups.enter('192.0.2.1')).toBe(kept);
  });
});
