/** The tokens of RPL_ISUPPORT (005): what this server supports, built from the limits and the network's name. */
import { limits } from '../limits.ts';
import type { Tuning } from '../tuning.ts';
import { CASEMAPPING } from './casemapping.ts';
import { CHANNEL_TYPES } from './names.ts';

/** List modes; CHANMODES type A. */
export const LIST_MODES = 'beI';
/** Modes of channels that carry a parameter or a flag; CHANMODES types B, C and D. */
const CHANMODES = `${LIST_MODES},k,l,Cimnpst`;
/** Tokens in one 005 line: 15 parameters less nick and text. */
const TOKENS_PER_LINE = 13;

/** All tokens, in a stable order. */
export function isupportTokens(network: string, tuning: Tuning): string[] {
  const perMessage = tuning.get('targets-per-message');
  const perCommand = limits.targetsPerCommand.default;
  return [
    `AWAYLEN=${limits.awayBytes.default}`,
    'BOT=B',
    `CASEMAPPING=${CASEMAPPING}`,
    `CHANLIMIT=${CHANNEL_TYPES}:${tuning.get('channels-per-user')}`,
    `CHANMODES=${CHANMODES}`,
    `CHANNELLEN=${limits.channelNameBytes.default}`,
    `CHANTYPES=${CHANNEL_TYPES}`,
    'ELIST=CMNTU',
    'EXCEPTS=e',
    'HOSTLEN=63',
    'INVEX=I',
    `KEYLEN=${limits.keyLength.default}`,
    `KICKLEN=${limits.kickBytes.default}`,
    'KNOCK',
    `MAXLIST=${LIST_MODES}:${tuning.get('mask-list-entries')}`,
    `MODES=${tuning.get('modes-per-command')}`,
    `NAMELEN=${limits.realnameBytes.default}`,
    `NETWORK=${network}`,
    `NICKLEN=${limits.nickLength.default}`,
    'PREFIX=(ov)@+',
    'STATUSMSG=@+',
    `TARGMAX=JOIN:${perCommand},KICK:${perMessage},LIST:,NAMES:${perMessage},NOTICE:${perMessage},PART:${perCommand},PRIVMSG:${perMessage},TAGMSG:${perMessage},WHOIS:1`,
    `TOPICLEN=${limits.topicBytes.default}`,
    `USERLEN=${limits.usernameLength.default}`,
    'UTF8ONLY',
    'WHOX',
  ];
}

/** The tokens of each 005 line. */
export function isupportLines(network: string, tuning: Tuning): string[] {
  const tokens = isupportTokens(network, tuning);
  const lines: string[] = [];
  for (let i = 0; i < tokens.length; i += TOKENS_PER_LINE) {
    lines.push(tokens.slice(i, i + TOKENS_PER_LINE).join(' '));
  }
  return lines;
}
