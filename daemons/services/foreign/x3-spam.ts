/** Channels of X3's SpamServ, in the terms of these services. */
import { fold } from '../../irc/casemapping.ts';
import { limits } from '../limits.ts';
import { readSpamSettings, SPAM_LIMITS, type SpamSettings, wordRefusal } from '../spamserv/spam-settings.ts';
import { decoded, type LeftList } from './foreign-data.ts';
import type { ForeignSpamChannel, ForeignSpamTrust } from './foreign-help.ts';
import { PartChecks } from './part-checks.ts';
import { listed, listIn, numberIn, objectsIn, type SaxObject, textIn } from './saxdb.ts';
import { said, timeIn } from './x3-channels.ts';

/** Bits of a channel: what is looked for. */
const SCANS = {
  spamScan: 0x01,
  chanFloodScan: 0x02,
  joinFloodScan: 0x04,
  advScan: 0x08,
  badwordScan: 0x20,
  capsScan: 0x40,
} as const;
const SUSPENDED = 0x10;

/** Reactions by their letter; the places of them among the texts of a channel are below. */
const REACTIONS = 'kbsld';
const REACTION_PLACES = { advReaction: 1, warnReaction: 2, badReaction: 3, capsReaction: 4 } as const;
const LEVELS = [
  ...(['exceptLevel', 'exceptAdvLevel', 'exceptBadwordLevel'] as const),
  ...(['exceptCapsLevel', 'exceptFloodLevel', 'exceptSpamLevel'] as const),
] as const;

const TRUSTED = 'trusted';

interface Reading {
  /** Folded names of channels that come along, and whether each is suspended. */
  readonly channels: ReadonlyMap<string, boolean>;
  /** Folded, of those that come along. */
  readonly accounts: ReadonlySet<string>;
  readonly left: LeftList;
  readonly now: number;
}

export function readX3Spam(
  section: SaxObject,
  reading: Reading,
): { readonly channels: ForeignSpamChannel[]; readonly trusts: ForeignSpamTrust[] } {
  const channels: ForeignSpamChannel[] = [];
  for (const [bytes, record] of listed(section)) {
    if (bytes === TRUSTED) continue;
    const channel = decoded(bytes);
    const checks = new PartChecks(channel, reading.left);
    const suspended = reading.channels.get(fold(channel));
    if (suspended === undefined)
      checks.lost('channel of SpamServ', 'it does not come along as a channel', '');
    // Nothing is looked for on a channel that ChanServ leaves alone.
    else if (isSuspended(record, reading.now) && !suspended)
      checks.lost(
        'channel of SpamServ',
        'it is suspended there: REGISTER it with SpamServ when it may be',
        '',
      );
    else channels.push(channelOf(channel, record, checks));
  }
  return { channels, trusts: trustsOf(section, new Set(channels.map((one) => fold(one.channel))), reading) };
}

function isSuspended(record: SaxObject, now: number): boolean {
  const until = timeIn(record, 'expiry');
  return ((numberIn(record, 'flags') ?? 0) & SUSPENDED) !== 0 && (until === null || until > now);
}

function channelOf(channel: string, record: SaxObject, checks: PartChecks): ForeignSpamChannel {
  const words = (name: string, what: string) => {
    const fine = new Set<string>();
    for (const bytes of listIn(record, name)) {
      const word = decoded(bytes).toLowerCase();
      const why = wordRefusal(word);
      if (why !== null) checks.lost(what, `it is too ${why}`, word);
      else if (fine.size >= limits.spamWords.default)
        checks.lost(what, `a channel has up to ${limits.spamWords.default}`, word);
      else fine.add(word);
    }
    return [...fine];
  };
  return {
    channel,
    settings: settingsOf(record, checks),
    bad: words('badwords', 'bad word of a channel'),
    exceptions: words('exceptions', 'exception of a channel'),
  };
}

function settingsOf(record: SaxObject, checks: PartChecks): SpamSettings {
  const flags = numberIn(record, 'flags') ?? 0;
  const info = textIn(record, 'info') ?? '';
  const settings: Record<string, unknown> = {};
  for (const [name, bit] of Object.entries(SCANS)) settings[name] = (flags & bit) !== 0;
  for (const name of LEVELS)
    settings[name] =
      checks.number(`setting ${name.toUpperCase()}`, numberIn(record, name.toLowerCase()), 1, 501) ??
      undefined;
  settings.capsMin = checks.number('setting CAPSMIN', numberIn(record, 'capsmin'), 1, 400) ?? undefined;
  settings.capsPercent =
    checks.number('setting CAPSPERCENT', numberIn(record, 'capspercent'), 1, 100) ?? undefined;
  const often = info.charCodeAt(0) - 'a'.charCodeAt(0);
  if (often >= 0 && often < SPAM_LIMITS.length) settings.spamLimit = often;
  for (const [name, place] of Object.entries(REACTION_PLACES)) {
    const reaction = info[place] === undefined ? -1 : REACTIONS.indexOf(info[place]);
    if (reaction >= 0) settings[name] = reaction;
  }
  return readSpamSettings(JSON.stringify(settings));
}

function trustsOf(
  section: SaxObject,
  channels: ReadonlySet<string>,
  { accounts, left, now }: Reading,
): ForeignSpamTrust[] {
  const trusts: ForeignSpamTrust[] = [];
  for (const [bytes, record] of objectsIn(section, TRUSTED)) {
    const account = decoded(bytes);
    const rest = { account, by: said(record, 'issuer') ?? 'X3', at: timeIn(record, 'issued') ?? now };
    if (!accounts.has(fold(account))) {
      left.add('trust of SpamServ', 'its account does not come along', account);
      continue;
    }
    for (const channel of listIn(record, 'channel').map(decoded)) {
      if (channel.toLowerCase() === 'global') trusts.push({ ...rest, channel: null });
      else if (channels.has(fold(channel))) trusts.push({ ...rest, channel });
      else left.add('trust of SpamServ', 'its channel does not come along', `${account}: ${channel}`);
    }
  }
  return trusts;
}
