import fc from 'fast-check';
import { afterEach, beforeEach, it, vi } from 'vitest';
import { IrcTwin, type Step } from '../test-model/irc-twin.ts';
import { CROWD, steps } from '../test-model/steps.ts';

/** Seconds of random steps; a long run finds what a short one leaves to chance. */
const RUN_SECONDS = Number(process.env.SIGNALBOX_MODEL_SECONDS ?? 0);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

function play(steps: readonly Step[]): void {
  const twin = new IrcTwin((ms) => vi.setSystemTime(Date.now() + ms));
  try {
    for (const one of [...CROWD, ...steps]) twin.do(one);
    twin.lookAround();
  } finally {
    twin.irc.close();
  }
  twin.close();
}

it('shows everybody what a slow model of IRC says, whatever is done in whichever order', {
  timeout: (RUN_SECONDS + 60) * 1000,
}, () => {
  fc.assert(
    fc.property(steps, play),
    RUN_SECONDS === 0
      ? { numRuns: 250, seed: 20_260_101 }
      : {
          numRuns: Number.MAX_SAFE_INTEGER,
          interruptAfterTimeLimit: RUN_SECONDS * 1000,
          markInterruptAsFailure: false,
        },
  );
});

/** Lines of the three who are there: `0`, `1` and `2` are `a`, `B[` and `c`. */
function conversation(...lines: readonly string[]): void {
  play(lines.map((text) => ({ slot: Number(text[0]), line: text.slice(2) })));
}

it('lets an invitation past a ban and past all modes only when an operator of the channel gave it', () => {
  for (const closed of ['+b a', '+k key', '+l 2'])
    conversation('1 JOIN #x', '2 JOIN #x', `1 MODE #x ${closed}`, '2 INVITE a #x', '0 JOIN #x');
  for (const closed of ['+b a', '+i', '+k key', '+l 2'])
    conversation(
      '1 JOIN #x',
      '2 JOIN #x',
      `1 MODE #x ${closed}`,
      '1 INVITE a #x',
      '2 INVITE a #x',
      '0 JOIN #x',
    );
});

it('forgets an invitation once it was used, and with its channel', () => {
  conversation('1 JOIN #x', '1 INVITE a #x', '1 MODE #x +b a', '0 JOIN #x', '0 PART #x', '0 JOIN #x');
  conversation('1 JOIN #x', '1 INVITE a #x', '1 PART #x', '2 JOIN #x', '2 MODE #x +i', '0 JOIN #x');
});

it('gives the place of whoever leaves a channel to another member, who can then leave too', () => {
  conversation('0 JOIN #x', '1 JOIN #x', '2 JOIN #x', '0 PART #x', '2 PART #x', '1 PART #x');
});

it('frees a nick that was changed, but not one that changed in case alone', () => {
  conversation('0 NICK d', '1 NICK A', '1 NICK a', '0 NICK A', '2 NICK B[', '2 NICK b{');
});

it('counts who is invisible until they are not or leave', () => {
  conversation('0 MODE a +i', '1 MODE B[ +i', '2 MODE c +i', '0 MODE a -i', '1 QUIT :bye');
});

it('says since when somebody is there and silent from their welcome on, however long that took', () => {
  play([
    { slot: 3, connect: '198.51.100.4', host: 'two.test' },
    { waitSeconds: 70 },
    { slot: 3, line: 'NICK d' },
    { slot: 3, line: 'USER u1 0 * :Real d' },
    { waitSeconds: 1 },
  ]);
});

it('forgets who was invited when they leave', () => {
  conversation('1 JOIN #x', '1 INVITE a #x', '0 QUIT :bye', '1 PART #x');
});

it('holds a ban against somebody who takes the banned nick, and no longer who gave it up', () => {
  conversation(
    '1 JOIN #x',
    '0 JOIN #x',
    '2 JOIN #x',
    '1 MODE #x +b a',
    '0 PRIVMSG #x :hi',
    '2 PRIVMSG #x :hi',
  );
  const swap = ['0 NICK d', '2 NICK a', '0 PRIVMSG #x :hi', '2 PRIVMSG #x :hi'];
  conversation('1 JOIN #x', '0 JOIN #x', '2 JOIN #x', '1 MODE #x +b a', '0 PRIVMSG #x :hi', ...swap);
});

it('keeps a mask once, bans by network, and calls a list full only for a mask that is new', () => {
  const full = ['1 JOIN #x', '1 MODE #x +b a', '1 MODE #x +e B[', '1 MODE #x +I a'];
  conversation(...full, '1 MODE #x +b a', '1 MODE #x +b *.example', '1 MODE #x -b A!*@*');
  conversation('1 JOIN #x', '1 MODE #x +b a', '1 MODE #x +b A!*@*', '1 MODE #x -b a');
  conversation('1 JOIN #x', '1 MODE #x +b 192.0.2.3/30', '0 JOIN #x', '2 JOIN #x');
});
