/** Questions that users of other servers ask services as a server: VERSION, ADMIN, STATS, WHOIS of a bot. Each has its end. */
import { writeLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { TOKEN } from '../../irc/p10/tokens.ts';
import type { BotRoster } from '../bots/bot-roster.ts';
import type { HeardLine, Uplink } from './uplink.ts';

const QUESTIONS: ReadonlySet<string> = new Set([TOKEN.VERSION, TOKEN.ADMIN, TOKEN.STATS, TOKEN.WHOIS]);

const VERSION = 'signalbox-services';

/** Answers what is asked of services; of other lines nothing. */
export function answerRemote(uplink: Uplink, bots: BotRoster, heard: HeardLine): void {
  if (QUESTIONS.has(heard.token)) answer(uplink, bots, heard);
}

function answer(uplink: Uplink, bots: BotRoster, { token, line }: HeardLine): void {
  const { identity } = uplink;
  const asker = line.source;
  const say = (numeric: string, words: readonly string[], last: string) =>
    uplink.send(writeLine(identity.numeric, numeric, [asker, ...words], bytesOf(last)));
  if (token === TOKEN.VERSION) say('351', [VERSION, identity.name], 'Signalbox services');
  else if (token === TOKEN.ADMIN) {
    say('256', [], `Administrative info about ${identity.name}`);
    say('259', [], identity.description);
  } else if (token === TOKEN.STATS) say('219', [line.params[0] ?? '*'], 'End of /STATS report');
  else if (token === TOKEN.WHOIS) {
    for (const nick of (line.params.at(-1) ?? '').split(',')) {
      const bot = bots.byNick(nick);
      if (bot === undefined) continue;
      say('311', [bot.nick, bot.nick.slice(0, 10), identity.name, '*'], bot.realname);
      say('312', [bot.nick, identity.name], identity.description);
      say('313', [bot.nick], 'is a service of the network');
    }
    say('318', [line.params.at(-1) || '*'], 'End of /WHOIS list.');
  }
}
