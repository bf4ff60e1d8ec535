import { expect, it } from 'vitest';
import { ChannelBook, type ChannelState, stateOf } from './channel-book.ts';

const NEW: ChannelState = { topic: '', flags: 'nt', key: '', limit: '', bans: [] };

/** What a server would announce. */
const announced = (line: string) => `:f!f@h ${line}`;

it('takes a channel that is as it was announced, or further by what was asked for, and no other', () => {
  for (let heard = 0; heard <= 40; heard++) {
    for (const further of [-1, 0, 1, 2, 3]) {
      const book = new ChannelBook('#c');
      let state = NEW;
      const states = [state];
      for (let n = 0; n < heard + 2; n++) {
        const change = book.next();
        state = change.apply(state);
        states.push(state);
        if (n < heard) book.heard(announced(change.line));
      }
      expect(book.acknowledged).toBe(heard);
      const found = states[heard + further];
      if (found === undefined) continue;
      expect(book.accepts(found), `${heard} heard, ${further} further`).toBe(further >= 0);
    }
  }
});

it('reads what a server answers, whatever the numbers in it', () => {
  const lines = [
    ':s 324 f #c +iklnt key353 367',
    ':s 367 f #c b332!*@* f!f@h 1',
    ':s 367 f #c b324!*@* f!f@h 2',
    ':s 368 f #c :End',
    ':s 332 f #c :topic 353 of it',
    ':s 333 f #c f!f@h 324',
  ];
  expect(stateOf(lines)).toEqual({
    topic: 'topic 353 of it',
    flags: 'int',
    key: 'key353',
    limit: '367',
    bans: ['b332!*@*', 'b324!*@*'],
  });
  expect(stateOf([':s 324 f #c +nt', ':s 331 f #c :No topic'])).toEqual(NEW);
});
