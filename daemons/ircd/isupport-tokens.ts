/** The tokens of RPL_ISUPPORT (005): what this server supports, built from the limits and the network's name. */

import { CASEMAPPING } from '../irc/casemapping.ts';
import { extbanTokens } from '../irc/extended-mask.ts';
import { isupportLines } from '../irc/isupport.ts';
import { CMODE_LETTERS, LIST_MODES, statusLetters, statusSigns, TEXT_MODES } from '../irc/modes.ts';
import { CHANNEL_TYPES } from '../irc/names.ts';
import { N } from '../irc/numerics.ts';
import { limits } from './limits.ts';
import { BASIC_STATUS } from './modes/member-statuses.ts';
import type { Tuning } from './tuning.ts';

/** Modes of channels that carry a parameter or a flag; CHANMODES types B, C and D. */
const CHANMODES = `${LIST_MODES},k,l${TEXT_MODES.join('')},${[...CMODE_LETTERS.keys()].join('')}`;
/** Bytes for tokens in one 005 line: what stands around them is `:server 005 nick ` and the text. */
const ROOM_BYTES =
  limits.lineBodyBytes.default -
  (': 005   :'.length + limits.hostBytes.default + limits.nickLength.default + N.RPL_ISUPPORT.text.length);

/** What is announced by what the settings say. */
export interface Features {
  /** Client-only tags that are not passed on. */
  readonly deniedTags?: readonly string[] | undefined;
  /** Whether what is said may be kept (IRCv3 chathistory). */
  readonly history?: boolean;
  /** `STATUS` bits of what members of channels may be. */
  readonly statuses?: number;
}

/**
 * All tokens, in a stable order.
 * @param accounts whether there are accounts, which masks may name
 * @param nickLength the longest nick that is taken now
 * @param features what depends on the settings
 */
export function isupportTokens(
  network: string,
  tuning: Tuning,
  accounts = false,
  nickLength: number = limits.nickLength.default,
  { deniedTags = [], history = false, statuses = BASIC_STATUS }: Features = {},
): string[] {
  const perMessage = tuning.get('targets_per_message');
  const perCommand = limits.targetsPerCommand.default;
  const extbans = extbanTokens(accounts);
  return [
    `ACCEPT=${limits.acceptEntries.default}`,
    ...extbans.account,
    `AWAYLEN=${limits.awayBytes.default}`,
    'BOT=B',
    'CALLERID=g',
    `CASEMAPPING=${CASEMAPPING}`,
    `CHANLIMIT=${CHANNEL_TYPES}:${tuning.get('channels_per_user')}`,
    `CHANMODES=${CHANMODES}`,
    `CHANNELLEN=${limits.channelNameBytes.default}`,
    `CHANTYPES=${CHANNEL_TYPES}`,
    ...(history ? [`CHATHISTORY=${limits.historyReply.default}`] : []),
    ...(deniedTags.length === 0 ? [] : [`CLIENTTAGDENY=${deniedTags.join(',')}`]),
    'ELIST=CMNTU',
    'EXCEPTS=e',
    extbans.all,
    `HOSTLEN=${limits.hostBytes.default}`,
    'INVEX=I',
    `KEYLEN=${limits.keyLength.default}`,
    `KICKLEN=${limits.kickBytes.default}`,
    'KNOCK',
    `MAXLIST=${LIST_MODES}:${tuning.get('mask_list_entries')}`,
    `MODES=${tuning.get('modes_per_command')}`,
    `MONITOR=${limits.monitorEntries.default}`,
    ...(history ? ['MSGREFTYPES=msgid,timestamp'] : []),
    `NAMELEN=${limits.realnameBytes.default}`,
    `NETWORK=${network}`,
    `NICKLEN=${nickLength}`,
    `PREFIX=(${statusLetters(statuses)})${statusSigns(statuses)}`,
    // LIST never fills the send queue of who asks: it leaves out the rest and says so (reply-budget.ts).
    'SAFELIST',
    `SILENCE=${limits.silenceEntries.default}`,
    `STATUSMSG=${statusSigns(statuses)}`,
    `TARGMAX=JOIN:${perCommand},KICK:${perMessage},LIST:,NAMES:${perMessage},NOTICE:${perMessage},PART:${perCommand},PRIVMSG:${perMessage},TAGMSG:${perMessage},WHOIS:1`,
    `TOPICLEN=${limits.topicBytes.default}`,
    `USERLEN=${limits.usernameLength.default}`,
    'UTF8ONLY',
    'WHOX',
  ];
}

/** What each 005 line says, which fits whatever nick it is sent to. */
export function supportLines(
  network: string,
  tuning: Tuning,
  accounts = false,
  nickLength: number = limits.nickLength.default,
  features: Features = {},
): string[] {
  return isupportLines(isupportTokens(network, tuning, accounts, nickLength, features), ROOM_BYTES);
}
