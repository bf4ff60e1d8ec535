/** Commands of OpServ about services themselves: their life, their link, DEFCON. */

import { MAX_LINE_BYTES } from '../../irc/line-text.ts';
import { readLine } from '../../irc/p10/line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import { wholeNumber } from '../authserv/settings.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { phrase, type Reply, said } from '../bots/reply.ts';
import { OPEN } from './defcon.ts';
import type { LifecycleAction, OpServ } from './opserv.ts';
import { actorOf, operators, tooLong, untilText } from './opserv-row.ts';

const LEVELS = { life: 900, raw: 999 } as const;

export function serviceCommands(opserv: OpServ): CommandRow[] {
  return [
    lifecycle(
      opserv,
      'REHASH',
      'reload',
      'has the configuration read again',
      'Has the configuration file read again.',
    ),
    lifecycle(opserv, 'RESTART', 'restart', 'restarts services', 'Ends services and starts them again.'),
    lifecycle(
      opserv,
      'DIE',
      'stop',
      'stops services',
      'Ends services until an administrator starts them again.',
    ),
    reconnect(opserv),
    raw(opserv),
    defcon(opserv),
  ];
}

function lifecycle(
  opserv: OpServ,
  name: string,
  action: LifecycleAction,
  effect: string,
  help: string,
): CommandRow {
  const reasoned = action !== 'reload';
  return {
    name,
    needs: operators(LEVELS.life),
    syntax: reasoned ? '<reason>' : '',
    least: reasoned ? 1 : 0,
    most: reasoned ? null : 0,
    effect,
    help: [help],
    recorded: (call) => (reasoned ? { reason: call.from(0) } : {}),
    refusal: (call) => tooLong(call.from(0)),
    async run(call) {
      const { nick, username, host } = call.user;
      const actor = `${nick}!${username}@${host} (account ${actorOf(opserv, call).name})`;
      const outcome = await opserv.options.lifecycle(action, actor.slice(0, 256), call.from(0) || name);
      return [
        outcome.ok ? said`${name} is under way.` : said`That was not done: ${phrase(outcome.error.message)}`,
      ];
    },
  };
}

function reconnect(opserv: OpServ): CommandRow {
  return {
    name: 'RECONNECT',
    needs: operators(LEVELS.life),
    syntax: '',
    least: 0,
    most: 0,
    effect: 'ends the link to the network, and links anew',
    help: ['Ends the link of services to the network; they link again at once.'],
    recorded: () => ({}),
    run(call) {
      const uplink = opserv.acts.linked();
      uplink.fail(`Linking anew, as ${actorOf(opserv, call).name} wants it`);
      return [];
    },
  };
}

function raw(opserv: OpServ): CommandRow {
  return {
    name: 'RAW',
    needs: operators(LEVELS.raw),
    syntax: '<source> <rest of the line>',
    least: 2,
    most: null,
    effect: 'sends a line to the network as it stands',
    help: [
      'Sends a line of P10 to the network as it stands, with its source. What services know of the network is not changed by it, so they may see it otherwise from then on.',
    ],
    recorded: (call) => ({ line: call.from(0) }),
    refusal(call) {
      const line = bytesOf(call.from(0));
      if (line.length > MAX_LINE_BYTES) return said`A line has up to ${MAX_LINE_BYTES} bytes.`;
      const read = readLine(line, true);
      const { numeric } = opserv.acts.linked().identity;
      return read?.source.startsWith(numeric) === true
        ? null
        : said`A line begins with services, ${numeric}, or one of its bots.`;
    },
    run(call) {
      opserv.acts.linked().send(bytesOf(call.from(0)));
      return ['The line is sent.'];
    },
  };
}

/** What holds at a level of DEFCON, in words. */
export function defconTexts(opserv: OpServ): Reply[] {
  const { defcon, options } = opserv;
  const { level, state } = defcon;
  if (level === OPEN) return [said`DEFCON is ${OPEN}: the network is open.`];
  const { sessions } = options.rules().defcon;
  return [
    said`DEFCON is ${level}, set by ${state!.by}; it ends: ${untilText(state!.expiresMs)}.`,
    'No accounts and channels are registered.',
    said`${sessions} clients may come from an address that is not trusted.`,
    ...(state!.modes === '' ? [] : [said`All channels have the modes +${state!.modes}.`]),
    ...(level <= 2 ? ['Bots hear operators of the network alone.'] : []),
    ...(level <= 1 ? ['Whoever connects is banned for some minutes.'] : []),
  ];
}

function defcon(opserv: OpServ): CommandRow {
  return {
    name: 'DEFCON',
    needs: operators(LEVELS.life),
    syntax: '[level]',
    least: 0,
    most: 1,
    effect: 'closes the network to newcomers, step by step',
    help: [
      'Shows or sets how closed the network is: 5 is open, 1 takes no newcomers. It ends by itself.',
      '4 and below: nothing is registered, fewer clients may come from an address. 3: modes are set on all channels. 2: bots hear operators alone. 1: whoever connects is banned for some minutes.',
    ],
    recorded: (call) => (call.words.length === 0 ? null : { level: call.words[0]! }),
    refusal({ words }) {
      if (words.length === 0) return null;
      const level = wholeNumber(words[0]!);
      return level >= 1 && level <= OPEN ? null : said`DEFCON is a number from 1 to ${OPEN}.`;
    },
    async run(call) {
      const [word] = call.words;
      if (word !== undefined) await opserv.defcon.set(Number(word), actorOf(opserv, call).name);
      return defconTexts(opserv);
    },
  };
}
