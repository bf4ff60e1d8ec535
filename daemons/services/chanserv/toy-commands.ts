/** Toys: dice and answers, where a channel wants them. */
import { randomInt } from 'node:crypto';
import { said } from '../bots/reply.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import type { ChanWorld } from './chan-world.ts';

export function toyCommands(world: ChanWorld): ChanRow[] {
  return [dice(world), eightBall(world)];
}

const MOST_DICE = 20;
const MOST_SIDES = 1_000;

const ANSWERS = [
  'Yes.',
  'No.',
  'Without a doubt.',
  'Hardly.',
  'Ask again when the moon is up.',
  'Everything speaks for it.',
  'I would not count on it.',
  'The cards are silent.',
] as const;

function dice(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'D',
    aliases: ['ROLL'],
    access: 0,
    syntax: '[dice]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Rolls dice: 6, 20, or 3d6.'],
    run(use) {
      const [, count = '1', sides = '6'] = /^(?:(\d{1,2})d)?(\d{1,4})$/i.exec(use.words[0] ?? '6') ?? [
        '',
        '0',
      ];
      const dices = Number(count);
      if (dices < 1 || dices > MOST_DICE || Number(sides) < 2 || Number(sides) > MOST_SIDES)
        return refuse(said`Expected dice such as 6 or 3d6: up to ${MOST_DICE} of up to ${MOST_SIDES} sides.`);
      const rolled = Array.from({ length: dices }, () => randomInt(1, Number(sides) + 1));
      const sum = rolled.reduce((before, one) => before + one, 0);
      return answer(world, use, dices === 1 ? String(sum) : `${rolled.join(' + ')} = ${sum}`);
    },
  });
}

function eightBall(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: '8BALL',
    access: 0,
    syntax: '<question>',
    least: 1,
    most: null,
    effect: 'nothing',
    help: ['Answers a question.'],
    run: (use) => answer(world, use, ANSWERS[randomInt(ANSWERS.length)]!),
  });
}

/** To everybody on the channel, or to whoever asks, as it wants that. */
function answer(world: ChanWorld, { channel, view, user }: ChanUse, text: string): ChanResult {
  const { toys } = channel.settings;
  if (toys === 'disabled') return refuse(said`${channel.name} wants no toys.`);
  if (toys === 'public' && view?.members.has(user) === true) {
    world.acts.say(world.bot(), view, `${user.nick}: ${text}`);
    return [];
  }
  return [said`${text}`];
}
