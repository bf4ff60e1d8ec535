/**
 * Tags that servers of our own kind put before a message: `@msgid=…;time=…;+client-only=… ABAAA P #channel :text`, so that all
 * of them show the same message with the same id, the same time and the same client-only tags. Pure; raw values as clients
 * sent them, with one character for each byte.
 */
import { clientOnlyTags, rawTagValue } from '../tags.ts';

/** What a message has beside its text. */
export interface MessageTags {
  /** IRCv3 message-ids. */
  readonly msgid: string;
  /** IRCv3 server-time, as clients see it. */
  readonly time: string;
  /** Client-only tags, raw; empty for none. */
  readonly clientTags: string;
}

/** What stands between `@` and the space. */
export function writeMessageTags({ msgid, time, clientTags }: MessageTags): string {
  return `msgid=${msgid};time=${time}${clientTags === '' ? '' : `;${clientTags}`}`;
}

/** What of it can be believed; what is missing is empty. */
export function readMessageTags(tags: string): MessageTags {
  if (tags === '') return NONE;
  const msgid = rawTagValue(tags, 'msgid') ?? '';
  const time = rawTagValue(tags, 'time') ?? '';
  return {
    msgid: /^[\w-]{1,64}$/.test(msgid) ? msgid : '',
    time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time) ? time : '',
    clientTags: clientOnlyTags(tags),
  };
}

const NONE: MessageTags = { msgid: '', time: '', clientTags: '' };
