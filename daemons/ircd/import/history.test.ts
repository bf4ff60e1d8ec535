import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { importedFrom } from './imported-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-history-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function imported(kind: 'inspircd' | 'unrealircd', text: string) {
  const { ircd, told } = await importedFrom(folder, kind, text);
  return { history: ircd.history, told };
}

const COUNTS = 'how many messages are kept is chosen by each channel: MODE +H 50:7d';
const PLAYED = 'nothing is played to whoever joins: clients ask for it (IRCv3 chathistory)';
const HOW_LONG = 'it does not say for how long: set keep_minutes of [ircd.history]';
const unreal = (within: string) => `set { history { channel { ${within} } } }`;

it('chanhistory of InspIRCd: its time is taken over, and it stays in memory', async () => {
  const { history, told } = await imported(
    'inspircd',
    '<chanhistory maxlines="50" maxduration="4w" prefixmsg="yes" bots="yes">',
  );
  expect(history).toEqual({ keep_minutes: 40_320, on_disk: false, readers: 'members' });
  expect(told).toEqual([
    `1 chanhistory: maxlines: ${COUNTS}`,
    `1 chanhistory: bots: ${PLAYED}`,
    `1 chanhistory: prefixmsg: ${PLAYED}`,
  ]);
});

it('history of UnrealIRCd: the longer time holds, and persist is what is on disk', async () => {
  const { history, told } = await imported(
    'unrealircd',
    unreal(`playback-on-join { lines 15; time 1d; }
max-storage-per-channel { registered { lines 5000; time 31d; }
unregistered { lines 200; time 7d; } } persist yes;`),
  );
  expect(history).toEqual({ keep_minutes: 44_640, on_disk: true, readers: 'members' });
  expect(told).toEqual([
    `1 set: history: playback-on-join: ${PLAYED}`,
    `2 set: history: lines of registered channels: ${COUNTS}`,
    `3 set: history: lines of unregistered channels: ${COUNTS}`,
  ]);
  const memory = await imported('unrealircd', unreal('max-storage-per-channel { registered { time 90; } }'));
  expect(memory.history).toEqual({ keep_minutes: 2, on_disk: false, readers: 'members' });
});

it('where no time is said nothing is kept, and more than a server keeps is cut and told', async () => {
  const none = await imported('inspircd', '<chanhistory>');
  expect(none).toEqual({ history: undefined, told: [`1 chanhistory: ${HOW_LONG}`] });
  const off = await imported('unrealircd', unreal('persist no;'));
  expect(off).toEqual({ history: undefined, told: [`1 set: history: ${HOW_LONG}`] });
  const { history, told } = await imported('inspircd', '<chanhistory maxduration="9y">');
  expect(history).toMatchObject({ keep_minutes: 527_040 });
  expect(told).toEqual(['1 chanhistory: the time: nothing is kept longer than 527040 minutes']);
});
