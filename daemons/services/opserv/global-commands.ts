/** Commands of Global: what is said to many at once, and messages that are shown to whoever comes until they expire. */

import { wholeNumber } from '../authserv/settings.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import { readTarget, TARGETS, type Target } from './global-messages.ts';
import type { GlobalMessage } from './lists.ts';
import type { OpServ } from './opserv.ts';
import { actorOf, untilText } from './opserv-row.ts';

export function globalCommands(opserv: OpServ): CommandRow[] {
  return [notice(opserv), message(opserv), messages(opserv), list(opserv), remove(opserv)];
}

/** Whoever says something to many is logged in, so that it is known who did. */
const SAYS = { level: 0, operator: true } as const;

const WHOM = `all and users (everybody), authed (logged in), opers, helpers, staff (both)`;

/** Why something cannot be said to many; null where it can. */
export function textProblem(text: string): Reply | null {
  if (text === '') return 'Something has to be said.';
  return Buffer.byteLength(text) > limits.globalBytes.default
    ? said`A message has up to ${limits.globalBytes.default} bytes.`
    : null;
}

function unknownTarget(word: string): Reply {
  return said`${word.slice(0, 32)} is nobody: expected ${TARGETS.join(', ')}.`;
}

function notice(opserv: OpServ): CommandRow {
  const textOf = (call: CommandCall) => {
    const from = call.words[1]?.toUpperCase() === 'FROM';
    const sender = from ? (call.words[2] ?? '') : actorOf(opserv, call).name;
    return { sender, text: call.from(from ? 3 : 1) };
  };
  return {
    name: 'NOTICE',
    deed: 'GLOBAL-NOTICE',
    needs: SAYS,
    syntax: '<target> [FROM name] <text>',
    least: 2,
    most: null,
    effect: 'says something to many, once',
    help: [`Says something once to ${WHOM}, or on channels and rchannels (those that are registered).`],
    recorded: (call) => ({ target: call.words[0]!, text: textOf(call).text }),
    refusal(call) {
      if (readTarget(call.words[0]!) === null) return unknownTarget(call.words[0]!);
      return textProblem(textOf(call).text);
    },
    async run(call) {
      const target = readTarget(call.words[0]!)!;
      const { sender, text } = textOf(call);
      const reach = opserv.messages.reach(target);
      await opserv.messages.say(target, `[${target}] ${sender}: ${text}`);
      return [said`That is said to ${target}: ${reach} read it.`];
    },
  };
}

/** What somebody wants shown; a reply for what cannot be. */
function readMessage(opserv: OpServ, call: CommandCall): Omit<GlobalMessage, 'id'> | Reply {
  let target: Target = 'users';
  let sender = actorOf(opserv, call).name;
  let seconds: number | null = null;
  let text = '';
  for (let at = 0; at < call.words.length; at += 2) {
    const name = call.words[at]!.toUpperCase();
    if (name === 'TEXT') {
      text = call.from(at + 1);
      break;
    }
    const value = call.words[at + 1];
    if (value === undefined) return said`${name.slice(0, 32)} needs a value.`;
    if (name === 'TARGET') {
      const read = readTarget(value);
      if (read === null || read === 'channels' || read === 'rchannels') return unknownTarget(value);
      target = read;
    } else if (name === 'FROM') sender = value.slice(0, 64);
    else if (name === 'DURATION') {
      seconds = readDuration(value);
      if (seconds === null) return said`${value.slice(0, 32)} is no time: expected one such as 12h or 7d.`;
    } else return said`There is no option ${name.slice(0, 32)}. There are TARGET, DURATION, FROM, TEXT.`;
  }
  const problem = textProblem(text);
  if (problem !== null) return problem;
  const setMs = opserv.options.clock.now();
  const expiresMs = seconds === null || seconds === 0 ? null : setMs + seconds * 1_000;
  return { target, sender, text, by: actorOf(opserv, call).name, setMs, expiresMs };
}

function isMessage(read: Omit<GlobalMessage, 'id'> | Reply): read is Omit<GlobalMessage, 'id'> {
  return typeof read !== 'string' && 'target' in read;
}

function message(opserv: OpServ): CommandRow {
  return {
    name: 'MESSAGE',
    needs: SAYS,
    syntax: '[TARGET whom] [DURATION time] [FROM name] TEXT <text>',
    least: 2,
    most: null,
    effect: 'shows a message to whoever comes, until it expires',
    help: [
      `Shows a message to ${WHOM}: everybody when they connect, others when they log in or become operator.`,
      'Without DURATION, or with 0, it is shown until it is removed.',
    ],
    recorded: (call) => ({ text: call.from(0).slice(0, limits.globalBytes.default) }),
    refusal(call) {
      const read = readMessage(opserv, call);
      return isMessage(read) ? null : read;
    },
    async run(call) {
      const read = readMessage(opserv, call) as Omit<GlobalMessage, 'id'>;
      const id = opserv.messages.nextId();
      await opserv.lists.messages.put({ ...read, id });
      return [said`Message ${id} is shown to ${read.target}; it ends: ${untilText(read.expiresMs)}.`];
    },
  };
}

function messages(opserv: OpServ): CommandRow {
  return {
    name: 'MESSAGES',
    needs: 'anybody',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Shows the messages that are for you.'],
    run({ user }) {
      const all = opserv.messages.for(user);
      if (all.length === 0) return ['There are no messages for you.'];
      return [...all.map((one) => opserv.messages.line(one)), said`${all.length} messages are for you.`];
    },
  };
}

function list(opserv: OpServ): CommandRow {
  return {
    name: 'LIST',
    needs: 'operator',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists all messages, for whom they are and when they end.'],
    run() {
      const rows = opserv.lists.messages
        .all()
        .map(({ id, target, expiresMs, sender, text }) => [
          String(id),
          target,
          untilText(expiresMs),
          sender,
          text,
        ]);
      return rows.length === 0
        ? ['There are no messages.']
        : [{ headings: ['Number', 'For', 'Ends', 'From', 'Message'], rows }];
    },
  };
}

function remove(opserv: OpServ): CommandRow {
  return {
    name: 'REMOVE',
    needs: SAYS,
    syntax: '<number>',
    least: 1,
    most: 1,
    effect: 'takes a message away',
    help: ['Takes a message away; LIST shows their numbers.'],
    recorded: ({ words }) => ({ number: words[0]! }),
    refusal: ({ words }) =>
      Number.isNaN(wholeNumber(words[0]!)) ||
      opserv.lists.messages.get(String(Number(words[0]!))) === undefined
        ? said`There is no message ${words[0]!.slice(0, 32)}.`
        : null,
    async run({ words }) {
      await opserv.lists.messages.drop(String(Number(words[0]!)));
      return [said`Message ${Number(words[0]!)} is taken away.`];
    },
  };
}
