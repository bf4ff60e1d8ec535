import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromDesktop, LeaveAnswer, LeaveQuestion } from '../../contract/window-bridge.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { QuestionDesk } from './question-desk.ts';

const SHOWN_MS = 5_000;
const words = { title: 'Quit?', text: 'Stopping a disconnects 2 clients.', quit: 'Quit', hide: null };

let clock: FakeClock;
let sent: { page: number; message: FromDesktop }[];
let system: { question: LeaveQuestion; signal: AbortSignal; answer: (answer: LeaveAnswer) => void }[];
let pageId: number;
let desk: QuestionDesk;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  system = [];
  pageId = 1;
  desk = new QuestionDesk(
    {
      showWindow: () => {
        const id = pageId;
        return { id, send: (message) => sent.push({ page: id, message }) };
      },
      askSystem: (question, signal) =>
        new Promise((answer) => {
          system.push({ question, signal, answer });
        }),
    },
    clock,
    SHOWN_MS,
  );
});

/** What the last message put on the screen of a page: the title of a question, or null for none. */
function onScreen(page: number): string | null {
  const last = sent.filter((one) => one.page === page && one.message.type === 'question').at(-1)?.message;
  return last?.type === 'question' ? (last.question?.title ?? null) : null;
}

describe('a question before people are disconnected', () => {
  it('is asked in a window and answered there', async () => {
    const answer = desk.ask(words);
    expect(onScreen(1)).toBe('Quit?');
    desk.received(1, { type: 'shown', id: 1 });
    desk.received(1, { type: 'answer', id: 1, answer: 'quit' });
    expect(await answer).toBe('quit');
    expect(onScreen(1)).toBeNull();
    await clock.advance(2 * SHOWN_MS);
    expect(system).toEqual([]);
  });

  it('is asked by the system where the page does not show it in time', async () => {
    const answer = desk.ask(words);
    await clock.advance(SHOWN_MS - 1);
    expect(system).toHaveLength(0);
    await clock.advance(1);
    expect(system.map(({ question }) => question.text)).toEqual([words.text]);
    expect(onScreen(1)).toBeNull();
    system[0]?.answer('cancel');
    expect(await answer).toBe('cancel');
  });

  it('is asked again after the page was reloaded', async () => {
    const answer = desk.ask(words);
    desk.received(1, { type: 'shown', id: 1 });
    sent = [];
    desk.received(1, { type: 'ready' });
    expect(onScreen(1)).toBe('Quit?');
    desk.received(1, { type: 'answer', id: 1, answer: 'cancel' });
    expect(await answer).toBe('cancel');
  });

  it('is asked by the system where the page dies and does not come back', async () => {
    void desk.ask(words);
    desk.received(1, { type: 'shown', id: 1 });
    await clock.advance(10 * SHOWN_MS);
    expect(system).toHaveLength(0);
    desk.remind();
    await clock.advance(SHOWN_MS);
    expect(system).toHaveLength(1);
  });

  it('moves to the window that is in front when somebody wants to quit once more', () => {
    void desk.ask(words);
    pageId = 2;
    desk.remind();
    expect([onScreen(1), onScreen(2)]).toEqual([null, 'Quit?']);
  });

  it('takes no answer to an older question, and none that was not offered', async () => {
    const first = desk.ask(words);
    const second = desk.ask({ ...words, title: 'Again?' });
    expect(await first).toBe('cancel');
    desk.received(1, { type: 'answer', id: 1, answer: 'quit' });
    desk.received(1, { type: 'answer', id: 2, answer: 'hide' });
    const settled = vi.fn();
    void second.then(settled);
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    desk.received(1, { type: 'answer', id: 2, answer: 'quit' });
    expect(await second).toBe('quit');
  });

  it('disappears, also from the system, when the app ends anyway', async () => {
    const answer = desk.ask(words);
    await clock.advance(SHOWN_MS);
    desk.withdraw();
    expect(system[0]?.signal.aborted).toBe(true);
    expect(await answer).toBe('cancel');
    desk.withdraw();
  });

  it('is answered with cancel where the system cannot ask either', async () => {
    const broken = new QuestionDesk(
      {
        showWindow: () => ({ id: 1, send: () => {} }),
        askSystem: () => Promise.reject(new Error('no display')),
      },
      clock,
      SHOWN_MS,
    );
    const answer = broken.ask(words);
    await clock.advance(SHOWN_MS);
    expect(await answer).toBe('cancel');
  });
});
