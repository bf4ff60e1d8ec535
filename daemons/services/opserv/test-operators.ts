/** For tests: a network with operators of several levels, who are all logged in. */
import { TestNetwork } from '../test-network.ts';

/** Numerics by nick. `ann` is nobody's operator, `bare` has no account, `idle` a level and no rights on the network. */
export const NUMERICS = {
  ann: 'ABAAA',
  low: 'ABAAB',
  mid: 'ABAAC',
  high: 'ABAAD',
  top: 'ABAAE',
  root: 'ABAAF',
  bare: 'ABAAG',
  idle: 'ABAAH',
} as const;

export type Who = keyof typeof NUMERICS;

const LEVELS: Readonly<Partial<Record<Who, number>>> = {
  low: 100,
  mid: 600,
  high: 800,
  top: 900,
  root: 1_000,
  idle: 1_000,
};

/** Each comes from an address of their own. */
const ADDRESS: Readonly<Record<Who, string>> = {
  ann: 'AKAAAB',
  low: 'AKAAAC',
  mid: 'AKAAAD',
  high: 'AKAAAE',
  top: 'AKAAAF',
  root: 'AKAAAG',
  bare: 'AKAAAH',
  idle: 'AKAAAI',
};

export interface Operators {
  readonly test: TestNetwork;
  /** Numeric of a bot. */
  readonly bot: (nick: string) => string;
  /** What somebody is told who says something to a bot, OpServ by default. */
  readonly says: (who: Who, text: string, bot?: string) => Promise<string[]>;
  /** What services send meanwhile, notices apart. */
  readonly sends: (who: Who, text: string, bot?: string) => Promise<string[]>;
  /** A stranger connects. */
  readonly connect: (
    numeric: string,
    nick: string,
    more?: { address?: string; host?: string; modes?: string },
  ) => void;
}

export async function startOperators(flags?: string): Promise<Operators> {
  const test = await TestNetwork.start(flags);
  const connect: Operators['connect'] = (numeric, nick, { address = 'AKAAAZ', host, modes = 'i' } = {}) =>
    test.say(
      `AB N ${nick} 1 ${test.seconds} ~${nick} ${host ?? `${nick}.example.net`} +${modes} ${address} ${numeric} :Real ${nick}`,
    );
  for (const [nick, numeric] of Object.entries(NUMERICS) as [Who, string][]) {
    const modes = nick === 'ann' || nick === 'idle' ? 'i' : 'io';
    connect(numeric, nick, { address: ADDRESS[nick], modes });
    if (nick === 'bare') continue;
    await test.ask(numeric, `REGISTER ${nick} correct-horse`);
    const level = LEVELS[nick];
    if (level !== undefined) await test.level(nick, level);
  }
  await test.quiet();
  test.take();
  const bot = (nick: string) => test.services.bots.byNick(nick)!.numeric;
  const ask = async (who: Who, text: string, to: string) => {
    test.take();
    test.say(`${NUMERICS[who]} P ${bot(to)} :${text}`);
    await test.quiet();
    return test.take();
  };
  return {
    test,
    bot,
    connect,
    says: async (who, text, to = 'OpServ') => {
      const own = new RegExp(`^\\S+ O ${NUMERICS[who]} :(.*)$`);
      return (await ask(who, text, to)).flatMap((line) => own.exec(line)?.[1] ?? []);
    },
    sends: async (who, text, to = 'OpServ') =>
      (await ask(who, text, to)).filter((line) => !/^\S+ O AB\S+ :/.test(line)),
  };
}
