/**
 * How users ask other servers, in P10: `ACAAA V :AB`, `ACAAA R u :AB`. Called for questions of users here, and for those of
 * others that this server answers or passes on.
 */
import { type P10Line, writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN, type TokenName } from '../../irc/p10/tokens.ts';
import type { Query } from '../network-events.ts';

/** Where the numeric of the server that is to answer stands, by long name of the token. */
const PLACES = {
  ADMIN: 0,
  CONNECT: 2,
  INFO: 0,
  LINKS: 0,
  LUSERS: 1,
  MOTD: 0,
  NAMES: 1,
  STATS: 1,
  TIME: 0,
  TRACE: 1,
  UPING: 2,
  VERSION: 0,
  WHOIS: 0,
  WHOWAS: 2,
} as const satisfies Partial<Record<TokenName, number>>;

/** What may be asked, by the long name of its token: more than users of this server do. */
export type Question = keyof typeof PLACES;

const BY_TOKEN: ReadonlyMap<string, Question> = new Map(
  (Object.keys(PLACES) as Question[]).map((name) => [TOKEN[name], name]),
);

/** @param source numeric of whoever asks. @param to numeric of the server that answers. */
export function queryLine(source: string, query: Query, words: readonly string[], to: string): string {
  const all: string[] = words.map(bytesOf);
  all.splice(PLACES[query], 0, to);
  return writeLine(source, TOKEN[query], all.slice(0, -1), all.at(-1)!);
}

/** One question that came by a link. */
export interface AskedLine {
  readonly question: Question;
  /** Who is to answer, as the line says it; empty where it does not. */
  readonly to: string;
  /** The rest, in its order. */
  readonly words: readonly string[];
}

/** The tokens of questions. */
export const QUESTION_TOKENS: readonly string[] = [...BY_TOKEN.keys()];

/** @param token one of {@link QUESTION_TOKENS}. */
export function readQuery(token: string, { params }: P10Line): AskedLine {
  const question = BY_TOKEN.get(token)!;
  const place = PLACES[question];
  return { question, to: params[place] ?? '', words: params.filter((_word, i) => i !== place) };
}
