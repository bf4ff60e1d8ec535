/** What InspIRCd and UnrealIRCd say of the history of channels, as `[ircd.history]`. */
import type { Block } from './block.ts';
import type { Translation } from './translation.ts';
import { secondsOf } from './words.ts';

/** No server keeps longer (`keep_minutes`). */
const MOST_MINUTES = 527_040;

const COUNTS = 'how many messages are kept is chosen by each channel: MODE +H 50:7d';
const PLAYED = 'nothing is played to whoever joins: clients ask for it (IRCv3 chathistory)';

/** `<chanhistory>`: it is in memory alone, and whoever joins reads all of it. */
export function inspircdHistory(root: Block, into: Translation): void {
  const history = root.one('chanhistory');
  if (history === undefined) return;
  if (history.text('maxlines') !== undefined) into.leave(history.line, 'chanhistory: maxlines', COUNTS);
  for (const name of ['bots', 'enableumode', 'prefixmsg', 'sendtobots'])
    if (history.text(name) !== undefined) into.leave(history.line, `chanhistory: ${name}`, PLAYED);
  keep(into, secondsOf(history.text('maxduration') ?? ''), false, 'chanhistory', history.line);
}

/** `set::history::channel`: the longer time of registered channels and others is what the server keeps. */
export function unrealircdHistory(set: Block, into: Translation): void {
  const channel = set.one('history')?.one('channel');
  if (channel === undefined) return;
  const played = channel.one('playback-on-join');
  if (played !== undefined) into.leaveBlock(played, 'set: history: playback-on-join', PLAYED);
  const most = channel.one('max-storage-per-channel');
  const kinds = [most?.one('registered'), most?.one('unregistered')].filter((kind) => kind !== undefined);
  for (const kind of kinds)
    if (kind.text('lines') !== undefined)
      into.leave(kind.line, `set: history: lines of ${kind.name} channels`, COUNTS);
  const times = kinds.map((kind) => secondsOf(kind.text('time') ?? '') ?? 0);
  keep(into, Math.max(0, ...times), channel.flag('persist') ?? false, 'set: history', channel.line);
}

function keep(into: Translation, seconds: number | null, onDisk: boolean, what: string, line: number): void {
  if (seconds === null || seconds === 0) {
    into.leave(line, what, 'it does not say for how long: set keep_minutes of [ircd.history]');
    return;
  }
  const minutes = Math.ceil(seconds / 60);
  if (minutes > MOST_MINUTES)
    into.leave(line, `${what}: the time`, `nothing is kept longer than ${MOST_MINUTES} minutes`);
  into.set('history.keep_minutes', Math.min(MOST_MINUTES, minutes), line);
  into.set('history.on_disk', onDisk, line);
  into.set('history.readers', 'members', line);
}
