/** The code of the admin commands about help bots and requests. */
import { SignalboxError } from '../../contract/errors.ts';
import { fold } from '../irc/casemapping.ts';
import type { CommandHandlers } from '../runtime/host/daemon-definition.ts';
import type { helpCommands } from './help-admin.ts';
import type { HelpBot } from './helpserv/help-bot.ts';
import { HelpServ } from './helpserv/help-serv.ts';
import type { Services } from './services.ts';

function helpServ({ serviceBots }: Services): HelpServ {
  return serviceBots.find((one) => one instanceof HelpServ)!;
}

/** How many requests of all help bots are open, and wait. */
export function openRequests(services: Services): { readonly open: number; readonly waiting: number } {
  let open = 0;
  let waiting = 0;
  for (const { requests } of helpServ(services).world.bots.values()) {
    open += requests.size;
    waiting += requests.waiting;
  }
  return { open, waiting };
}

export function helpHandlers(services: Services): CommandHandlers<typeof helpCommands> {
  const { keeper } = services;
  const { desk, world } = helpServ(services);
  const botOf = (nick: string): HelpBot => {
    const found = world.bots.get(fold(nick));
    if (found === undefined) throw new SignalboxError('not_found', `There is no help bot ${nick}.`);
    return found;
  };
  return {
    'help-bots': {
      run: () => ({
        rows: [...world.bots.values()].map((bot) => ({
          bot: bot.nick,
          channel: bot.channel,
          owners: [...bot.staff.values()]
            .filter(({ role }) => role === 'owner')
            .map(({ account }) => account)
            .join(' '),
          helpers: bot.staff.size,
          present: bot.present.size,
          open: bot.requests.size,
          waiting: bot.requests.waiting,
          usedAt: bot.used,
          suspended: bot.isSuspended(world.now()) ? bot.stored.suspendedReason : null,
        })),
      }),
    },
    requests: {
      run: ({ bot, limit }) => {
        const bots = bot === undefined ? [...world.bots.values()] : [botOf(bot)];
        const all = bots.flatMap((one) => Array.from(one.requests.all(), (request) => ({ one, request })));
        all.sort(
          (a, b) =>
            Number(a.request.helper !== null) - Number(b.request.helper !== null) ||
            a.request.opened - b.request.opened,
        );
        return {
          rows: all.slice(0, limit).map(({ one, request }) => ({
            bot: one.nick,
            number: request.number,
            nick: request.nick,
            account: request.account,
            helper: request.helper,
            state: request.helper === null ? 'waits' : 'is helped',
            text: desk.store.lines(one.key, request.number)[0]?.text ?? '',
            openedAt: request.opened,
            updatedAt: request.updated,
          })),
        };
      },
    },
    request: {
      run: ({ bot, number }) => {
        const { key } = botOf(bot);
        if (desk.store.request(key, number) === undefined)
          throw new SignalboxError('not_found', `There is no request ${number} of ${bot}.`);
        return { rows: desk.store.lines(key, number) };
      },
    },
    'assign-request': {
      check: ({ bot, helper }) => {
        if (botOf(bot).staffRole(helper) === null)
          throw new SignalboxError('bad_request', `helper: ${helper} does not help at ${bot}.`);
      },
      run: async ({ bot, number, helper }) => {
        const { name } = keeper.store.get(helper);
        const { before } = await desk.assign(botOf(bot), number, name, true);
        return { number, helper: name, before };
      },
    },
    'answer-request': {
      run: async ({ bot, number, text }, { actor }) => {
        const { user } = await desk.answer(botOf(bot), number, actor.name, text);
        return { number, told: user !== null };
      },
    },
    'close-request': {
      run: async ({ bot, number, reason }, { actor }) => {
        await desk.close(botOf(bot), number, actor.name, reason, null);
        return { number };
      },
    },
  };
}
