/** What whoever asks for help can say to a help bot besides their question: words behind an @, as X3 has them. */
import { phrase, type Reply, said } from '../bots/reply.ts';
import { durationText } from '../chanserv/durations.ts';
import type { HelpBot, HelpRequest } from './help-bot.ts';
import type { HelpWorld } from './help-world.ts';
import { shownLines } from './request-commands.ts';

/** Stands before a word that is no question. */
export const ASKER_SIGN = '@';

interface AskerWord {
  readonly help: string;
  /** @param request theirs; null where they have none */
  run(world: HelpWorld, bot: HelpBot, request: HelpRequest): readonly Reply[] | Promise<readonly Reply[]>;
}

const WORDS: ReadonlyMap<string, AskerWord> = new Map<string, AskerWord>([
  [
    'WAIT',
    {
      help: 'tells where your request stands among those that wait',
      run: ({ now }, { requests }, request) => {
        if (request.helper !== null) return [said`${request.helper} helps you.`];
        const oldest = requests.next!;
        return [
          said`Your request is number ${requests.placeOf(request)} of ${requests.waiting} that wait.`,
          said`The first of them has waited for ${durationText((now() - oldest.opened) / 1_000)}.`,
        ];
      },
    },
  ],
  [
    'HELPER',
    {
      help: 'tells who helps you',
      run: (_world, _bot, { helper }) => [
        helper === null ? 'Nobody has picked your request up yet.' : said`${helper} helps you.`,
      ],
    },
  ],
  [
    'SHOWREQ',
    {
      help: 'shows your request',
      run: (world, bot, { number }) => shownLines(world, bot, number, true),
    },
  ],
  [
    'CLOSEREQ',
    {
      help: 'closes your request',
      run: async ({ desk }, bot, { number, nick }) => {
        await desk.close(bot, number, nick, 'closed by whoever asked', null);
        return [said`Your request ${number} is closed.`];
      },
    },
  ],
]);

/** What a word comes to. @param word without the sign */
export async function askerWord(
  world: HelpWorld,
  bot: HelpBot,
  request: HelpRequest | undefined,
  word: string,
): Promise<readonly Reply[]> {
  const name = word.toUpperCase();
  if (name === 'HELP' || name === '') return help(bot);
  const found = WORDS.get(name);
  if (found === undefined) return [said`There is no word ${ASKER_SIGN}${name.slice(0, 32)}.`, ...help(bot)];
  if (request === undefined)
    return [said`You have no open request. Say to ${bot.nick} what you need help with.`];
  return await found.run(world, bot, request);
}

function help({ nick, channel }: HelpBot): Reply[] {
  return [
    said`Say to ${nick} what you need help with: that opens a request, which somebody on ${channel} picks up.`,
    ...Array.from(WORDS, ([name, { help: text }]) => said`${`${ASKER_SIGN}${name}`} ${phrase(text)}`),
  ];
}
