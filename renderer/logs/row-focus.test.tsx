// @vitest-environment happy-dom
/** The lines of a log under the hands of who has no mouse. */
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noTokens } from '../look/test-tokens.ts';
import type { TestPage } from '../ui/test-page.tsx';
import { logWorld, many, openLog } from './test-log.tsx';

let page: TestPage;
beforeEach(async () => {
  logWorld();
  page = (await openLog(many(4))).page;
});
afterEach(() => {
  page.close();
  noTokens();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const rows = () => screen.getAllByRole('button', { expanded: false }).filter((one) => one.closest('li'));
/** Which lines the tab key stops at, by number. */
const stops = () => rows().flatMap(({ tabIndex }, index) => (tabIndex === 0 ? [index] : []));
const focused = () => rows().indexOf(document.activeElement as HTMLElement);
const press = (key: string) => fireEvent.keyDown(document.activeElement!, { key });

it('has one line that the tab key stops at: the last, or where the reader was', () => {
  expect(stops()).toEqual([3]);
  fireEvent.focus(rows()[1]!);
  expect(stops()).toEqual([1]);
});

it('is walked through with arrows, Home and End', () => {
  rows()[3]!.focus();
  press('ArrowUp');
  expect(focused()).toBe(2);
  press('Home');
  expect(focused()).toBe(0);
  press('ArrowUp');
  expect(focused()).toBe(0);
  press('ArrowDown');
  expect([focused(), stops()]).toEqual([1, [1]]);
  press('End');
  expect(focused()).toBe(3);
  press('x');
  expect(focused()).toBe(3);
});
