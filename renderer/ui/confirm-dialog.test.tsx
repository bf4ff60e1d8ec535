// @vitest-environment happy-dom
/** The question before people are disturbed. */
import { act, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pass } from '../model/test-window.tsx';
import { type Confirmation, ConfirmDialog } from './confirm-dialog.tsx';
import { factsIn, isOff, press, type TestPage, testPage } from './test-page.tsx';

let page: TestPage;
beforeEach(async () => {
  vi.useFakeTimers();
  page = await testPage();
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a question', () => {
  const plain: Confirmation = { title: 'Drop?', impact: 'Disconnects 3.', action: 'Drop now', typed: null };
  const answers = { onConfirm: vi.fn(), onCancel: vi.fn() };
  const ask = (confirmation: Confirmation | null) => (
    <ConfirmDialog confirmation={confirmation} {...answers} />
  );
  const button = (name: string) => screen.getByRole('button', { name });
  const type = (text: string) => fireEvent.change(screen.getByRole('textbox'), { target: { value: text } });
  // What the browser would do with a form is never wanted.
  const submit = () => act(async () => expect(fireEvent.submit(document.querySelector('form')!)).toBe(false));
  const calls = () => [answers.onConfirm.mock.calls.length, answers.onCancel.mock.calls.length];
  beforeEach(() => {
    answers.onConfirm.mockClear();
    answers.onCancel.mockClear();
  });

  it('is not there until something is asked', () => {
    page.show(ask(null));
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  it('says what happens and with what, and can be answered once it could be read', async () => {
    page.show(
      ask({
        ...plain,
        details: [
          { name: 'Nick', text: 'ann' },
          { name: 'Why', text: '' },
        ],
      }),
    );
    const dialog = screen.getByRole('alertdialog', { name: 'Drop?' });
    expect([dialog.textContent?.includes('Disconnects 3.'), factsIn(dialog)]).toEqual([
      true,
      ['Nick: ann', 'Why: –'],
    ]);
    expect(isOff(button('Drop now'))).toBe(true);
    await submit();
    await pass(799);
    await submit();
    expect(calls()).toEqual([0, 0]);
    await pass(1);
    expect(isOff(button('Drop now'))).toBe(false);
    await submit();
    expect(calls()).toEqual([1, 0]);
  });

  it('has the focus on the answer that does nothing', async () => {
    page.show(ask(plain));
    await pass(100);
    expect(document.activeElement).toBe(button('Cancel'));
    await press('Cancel');
    expect(calls()).toEqual([0, 1]);
  });

  it('is taken back by Escape', async () => {
    page.show(ask(plain));
    await pass(100);
    fireEvent.keyDown(screen.getByRole('alertdialog'), { key: 'Escape' });
    await pass(100);
    expect(calls()).toEqual([0, 1]);
  });

  it('may offer another way', async () => {
    const onChoose = vi.fn();
    page.show(ask({ ...plain, alternative: { action: 'Wait', onChoose } }));
    expect(screen.getAllByRole('button').map((one) => one.textContent)).toEqual([
      'Cancel',
      'Wait',
      'Drop now',
    ]);
    await press('Wait');
    expect([onChoose.mock.calls.length, ...calls()]).toEqual([1, 0, 0]);
  });

  it('wants the name of what cannot be undone, exactly', async () => {
    page.show(ask({ ...plain, typed: 'ann' }));
    await pass(1_000);
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Type ann to confirm' }));
    // It is a name, which nobody corrects or fills in.
    const field = screen.getByRole('textbox');
    expect(['spellcheck', 'autocomplete'].map((name) => field.getAttribute(name))).toEqual(['false', 'off']);
    expect(isOff(button('Drop now'))).toBe(true);
    for (const wrong of ['an', 'Ann', 'ann ']) {
      type(wrong);
      await submit();
    }
    expect(calls()).toEqual([0, 0]);
    type('ann');
    expect(isOff(button('Drop now'))).toBe(false);
    await submit();
    expect(calls()).toEqual([1, 0]);
  });

  it('begins anew when it asks something else', async () => {
    const view = page.show(ask({ ...plain, typed: 'ann' }));
    await pass(1_000);
    type('ann');
    view.rerender(ask({ ...plain, typed: 'ann', impact: 'Disconnects 4.' }));
    await submit();
    expect(calls()).toEqual([0, 0]);
    await pass(800);
    await submit();
    expect(calls()).toEqual([1, 0]);
    view.rerender(ask({ ...plain, title: 'Ban?', typed: 'ann' }));
    expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('');
  });

  it('is not answered by a key that is held', async () => {
    page.show(ask({ ...plain, typed: 'ann' }));
    await pass(1_000);
    const held = { key: 'Enter', repeat: true };
    expect(fireEvent.keyDown(screen.getByRole('textbox'), held)).toBe(false);
    expect(fireEvent.keyDown(screen.getByRole('textbox'), { ...held, repeat: false })).toBe(true);
  });
});
