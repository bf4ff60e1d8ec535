/** The tokens of RPL_ISUPPORT (005): what this server supports, built from the limits and the network's name. */
import { limits } from '../limits.ts';
import type { Tuning } from '../tuning.ts';
import { CASEMAPPING } from './casemapping.ts';
import { CHANNEL_TYPES } from './names.ts';
import { N } from './numerics.ts';
import { WordLines } from './word-lines.ts';

/** List modes; CHANMODES type A. */
export const LIST_MODES = 'beI';
/** Modes of channels that carry a parameter or a flag; CHANMODES types B, C and D. */
const CHANMODES = `${LIST_MODES},k,l,Cimnpst`;
/** Tokens in one 005 line: 15 parameters less nick and text. */
const TOKENS_PER_LINE = 13;

/** Bytes for tokens in one 005 line: what stands around them is `:server 005 nick ` and the text. */
const ROOM_BYTES =
  limits.lineBodyBytes.default -
  (': 005   :'.length + limits.hostBytes.default + limits.nickLength.default + N.RPL_ISUPPORT.text.length);

/** All tokens, in a stable order. */
export function isupportTokens(network: string, tuning: Tuning): string[] {
  const perMessage = tuning.get('targets_per_message');
  const perCommand = limits.targetsPerCommand.default;
  return [
    `AWAYLEN=${limits.awayBytes.default}`,
    'BOT=B',
    `CASEMAPPING=${CASEMAPPING}`,
    `CHANLIMIT=${CHANNEL_TYPES}:${tuning.get('channels_per_user')}`,
    `CHANMODES=${CHANMODES}`,
    `CHANNELLEN=${limits.channelNameBytes.default}`,
    `CHANTYPES=${CHANNEL_TYPES}`,
    'ELIST=CMNTU',
    'EXCEPTS=e',
    `HOSTLEN=${limits.hostBytes.default}`,
    'INVEX=I',
    `KEYLEN=${limits.keyLength.default}`,
    `KICKLEN=${limits.kickBytes.default}`,
    'KNOCK',
    `MAXLIST=${LIST_MODES}:${tuning.get('mask_list_entries')}`,
    `MODES=${tuning.get('modes_per_command')}`,
    `NAMELEN=${limits.realnameBytes.default}`,
    `NETWORK=${network}`,
    `NICKLEN=${limits.nickLength.default}`,
    'PREFIX=(ov)@+',
    // LIST never fills the send queue of who asks: it leaves out the rest and says so (reply-budget.ts).
    'SAFELIST',
    'STATUSMSG=@+',
    `TARGMAX=JOIN:${perCommand},KICK:${perMessage},LIST:,NAMES:${perMessage},NOTICE:${perMessage},PART:${perCommand},PRIVMSG:${perMessage},TAGMSG:${perMessage},WHOIS:1`,
    `TOPICLEN=${limits.topicBytes.default}`,
    `USERLEN=${limits.usernameLength.default}`,
    'UTF8ONLY',
    'WHOX',
  ];
}

/** The tokens of each 005 line, which fits whatever nick it is sent to. */
export function isupportLines(network: string, tuning: Tuning): string[] {
  const lines: string[] = [];
  const packer = new WordLines(ROOM_BYTES, (line) => lines.push(line), TOKENS_PER_LINE);
  for (const token of isupportTokens(network, tuning)) packer.add(token);
  packer.end();
  return lines;
}
