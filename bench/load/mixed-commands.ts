/** What a client of the mixed load does, and by what it knows that it is done. Used by mixed.ts. */
import type { IrcLine } from './irc-line.ts';

/** One who does it. */
export interface Doer {
  nick: string;
  /** Where it is all the time. */
  readonly channel: string;
  /** Where it comes and goes. */
  readonly side: string;
  inSide: boolean;
  away: boolean;
  /** Who is on the same channel. */
  readonly other: () => string;
}

/** A deed that has begun. */
export interface Deed {
  readonly line: string;
  /** Whether a line to whoever did it is the answer; for a message, whether a line to the other is. */
  readonly done: (line: IrcLine) => boolean;
  /** Whether the other sees it. */
  readonly seenByOther?: true;
  /** Called when it is done. */
  readonly after?: () => void;
}

type Begin = (doer: Doer, token: string) => Deed;

const numeric = (line: string, ...codes: readonly string[]): Deed => ({
  line,
  done: ({ command }) => codes.includes(command),
});

/** By the name under which they are measured. RFC 2812 3.1 to 4.8. */
export const DEEDS: Readonly<Record<string, Begin>> = {
  PRIVMSG: ({ channel }, token) => ({
    line: `PRIVMSG ${channel} :the quick brown fox ${token}`,
    seenByOther: true,
    done: ({ command, params }) => command === 'PRIVMSG' && (params[1] ?? '').endsWith(` ${token}`),
  }),
  PING: (_, token) => ({
    line: `PING :${token}`,
    done: ({ command, params }) => command === 'PONG' && params.at(-1) === token,
  }),
  'JOIN/PART': (doer) => {
    const { side, inSide, nick } = doer;
    return {
      line: `${inSide ? 'PART' : 'JOIN'} ${side}`,
      done: ({ command, from, params }) =>
        inSide ? command === 'PART' && from === nick : command === '366' && params[1] === side,
      after: () => {
        doer.inSide = !inSide;
      },
    };
  },
  NICK: (doer) => {
    const { nick } = doer;
    const next = nick.endsWith('x') ? nick.slice(0, -1) : `${nick}x`;
    return {
      line: `NICK ${next}`,
      done: ({ command, from }) => command === 'NICK' && from === nick,
      after: () => {
        doer.nick = next;
      },
    };
  },
  AWAY: (doer) => ({
    ...numeric(doer.away ? 'AWAY' : 'AWAY :gone', doer.away ? '305' : '306'),
    after: () => {
      doer.away = !doer.away;
    },
  }),
  WHO: ({ channel }) => numeric(`WHO ${channel}`, '315'),
  WHOIS: ({ other }) => numeric(`WHOIS ${other()}`, '318'),
  NAMES: ({ channel }) => numeric(`NAMES ${channel}`, '366'),
  MODE: ({ channel }) => numeric(`MODE ${channel}`, '324'),
  TOPIC: ({ channel }) => numeric(`TOPIC ${channel}`, '331', '332'),
  ISON: ({ other }) => numeric(`ISON ${other()}`, '303'),
};

/** In which order: every second is a message, as on a channel of people. */
export const ORDER: readonly string[] = Object.keys(DEEDS)
  .filter((name) => name !== 'PRIVMSG')
  .flatMap((name) => ['PRIVMSG', name]);

/** Whether the server has declined what somebody asked for. */
export const isRefusal = ({ command }: IrcLine): boolean => /^[45]\d\d$/.test(command);
