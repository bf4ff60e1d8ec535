// @vitest-environment happy-dom
/** The sign-in form: what it sends, that it sends it once, and what it says when it is not let in. */
import { cleanup, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HostSession, SignInResult } from '../client/host-session.ts';
import { enter, pass, submit, type TestWindow, testWindow } from '../model/test-window.tsx';
import { LoginPage } from './login-page.tsx';

let window: TestWindow;
let answer: (result: SignInResult) => Promise<void>;
const signIn = vi.fn(
  (_token: string, _name: string) =>
    new Promise<SignInResult>((resolve) => {
      answer = async (result) => {
        resolve(result);
        await pass(0);
      };
    }),
);
beforeEach(async () => {
  vi.useFakeTimers();
  signIn.mockClear();
  window = await testWindow();
  await window.show(<LoginPage session={{ signIn } as unknown as HostSession} />);
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
});

const token = () => screen.getByLabelText('Access token') as HTMLInputElement;
const name = () => screen.getByLabelText('Your name (optional)') as HTMLInputElement;
const isOff = () => screen.getByRole('button', { name: 'Sign in' }).getAttribute('aria-disabled') === 'true';
const explanation = (field: Element) =>
  document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent;

it('asks for the token of this host, hidden, and for a name that people are called by', () => {
  expect(screen.getByRole('heading', { name: 'Sign in to Signalbox' })).toBeDefined();
  expect(screen.getByText('host a')).toBeDefined();
  expect(token().type).toBe('password');
  expect(document.activeElement).toBe(token());
  expect(explanation(token())).toMatch(/printed it when it started/);
  expect(name().maxLength).toBe(32);
  expect(explanation(name())).toBe('The audit trail and bans call you by it.');
  expect([token(), name()].map((field) => field.getAttribute('aria-invalid'))).toEqual(['false', 'false']);
});

it('sends nothing without a token', async () => {
  await submit(token());
  await enter(token(), '  ');
  await submit(token());
  expect(signIn).not.toHaveBeenCalled();
});

it('sends token and name without the spaces around them, once, and connects when it is let in', async () => {
  await enter(token(), ' secret ');
  await enter(name(), ' mira ');
  await submit(token());
  expect(isOff()).toBe(true);
  await submit(token());
  expect(signIn.mock.calls).toEqual([['secret', 'mira']]);
  expect(window.retryNow).not.toHaveBeenCalled();
  await answer('signed-in');
  expect(window.retryNow).toHaveBeenCalledTimes(1);
  expect(isOff()).toBe(false);
  expect(screen.queryByRole('alert')).toBeNull();
});

it.each([
  ['wrong-token', 'This token is not accepted', /Copy the whole token/, ['true', 'false']],
  ['bad-name', 'This name cannot be used', /begin with a letter or digit/, ['false', 'true']],
  ['too-many-tries', 'Too many tries', /Wait a minute/, ['false', 'false']],
  ['unreachable', 'The host did not answer', /still running/, ['false', 'false']],
] as const)(
  'says after %s what to do, and takes it back once that was done',
  async (result, title, hint, wrong) => {
    await enter(token(), 'secret');
    await submit(token());
    await answer(result);
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain(title);
    expect(alert.textContent).toMatch(hint);
    expect([token(), name()].map((field) => field.getAttribute('aria-invalid'))).toEqual(wrong);
    expect(window.retryNow).not.toHaveBeenCalled();
    expect(isOff()).toBe(false);
    await submit(token());
    await answer('signed-in');
    expect(screen.queryByRole('alert')).toBeNull();
  },
);
