/** By which time old things go: along with the clock where that is plausible, after a day of running where it is not. */
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { PruneTime, stepPruneTime } from './prune-time.ts';
import { MIGRATIONS } from './schema.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a step', () => {
  it.each([
    // Held so far, the clock is ahead by, real time that passed -> where it comes to, held.
    ['goes along', 0, 1_000, 1_000, 1_000, 0],
    ['goes along over an hour at once', 0, HOUR, 0, HOUR, 0],
    ['goes along over an hour more than has passed', 0, HOUR + 5_000, 5_000, HOUR + 5_000, 0],
    ['goes back with the clock', 0, -DAY, 1_000, -DAY, 0],
    ['waits where the clock is further ahead', 0, HOUR + 1, 0, 0, 0],
    ['waits and counts for how long', 7_000, 9 * DAY, 1_000, 1_000, 8_000],
    ['believes it after a day', DAY - 1_000, 9 * DAY, 1_000, 9 * DAY, 0],
    ['does not a moment before', DAY - 1_001, 9 * DAY, 1_000, 1_000, DAY - 1],
    ['forgets that it waited when the clock is right again', 5_000, 2_000, 1_000, 2_000, 0],
  ])('%s', (_, heldMs, ahead, passed, time, held) => {
    expect(stepPruneTime({ time: 1_000_000, heldMs }, 1_000_000 + ahead, passed)).toEqual({
      time: 1_000_000 + time,
      heldMs: held,
    });
  });
});

describe('in the database', () => {
  let database: Database.Database;
  const row = () => database.prepare('SELECT id, time, held_ms FROM prune_time').all();
  const open = () => {
    const time = new PruneTime(database);
    time.reload();
    return time;
  };
  beforeEach(() => {
    database = new Database(':memory:');
    for (const sql of MIGRATIONS) database.exec(sql);
  });

  it('it is written at first, and then when a minute has changed', () => {
    const time = open();
    expect(time.step(1_000_000.4, 0)).toBe(1_000_000.4);
    expect(row()).toEqual([{ id: 1, time: 1_000_000, held_ms: 0 }]);
    expect(time.step(1_059_999, 59_000)).toBe(1_059_999);
    expect(row()).toMatchObject([{ time: 1_000_000 }]);
    expect(time.step(1_060_001, 1)).toBe(1_060_001);
    expect(row()).toMatchObject([{ time: 1_060_001 }]);
    time.step(1_000_001, 0);
    expect(row()).toMatchObject([{ time: 1_000_001 }]);
  });

  it('what was waited is written by the minute, and goes on after a start', () => {
    const time = open();
    time.step(0, 0);
    time.step(9 * DAY, 0);
    expect(row()).toMatchObject([{ time: 0, held_ms: 0 }]);
    time.step(9 * DAY, 30_000);
    time.step(9 * DAY, 29_999);
    expect(row()).toMatchObject([{ held_ms: 0 }]);
    time.step(9 * DAY, 1);
    expect(row()).toMatchObject([{ time: 60_000, held_ms: 60_000 }]);
    const again = open();
    expect(again.step(9 * DAY, DAY - 60_001)).toBe(60_000 + DAY - 60_001);
    expect(again.step(9 * DAY, 1)).toBe(9 * DAY);
  });

  it('of an earlier version the last batch tells the time', () => {
    database.exec("INSERT INTO batches VALUES ('a', 1, 5000), ('b', 1, 9000)");
    expect(open().step(9_000 + HOUR + 1, 0)).toBe(9_000);
    database.exec('DELETE FROM prune_time; DELETE FROM batches');
    expect(open().step(7 * DAY, 0)).toBe(7 * DAY);
  });
});
