/** A log of daemon `d` in tests: ten lines of it are in view, and where the view is sent is written down. */
import { act, screen, within } from '@testing-library/react';
import { vi } from 'vitest';
import type { LogRecord } from '../../contract/log-record.ts';
import type { CrashRecord } from '../../contract/states.ts';
import { testTokens } from '../look/test-tokens.ts';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import { LogView } from './log-view.tsx';

/** When the log begins, Unix milliseconds. */
export const START = new Date(2026, 10, 20, 14, 0, 0).getTime();

/** A record, so many seconds after the beginning. */
export const record = (seq: number, change: Partial<LogRecord> = {}): LogRecord => ({
  seq,
  time: START + seq * 1_000,
  level: 'info',
  subsystem: 'clients',
  event: 'said',
  message: `line ${seq}`,
  ...change,
});

/** So many records, a second apart. */
export const many = (amount: number, from = 1) => Array.from({ length: amount }, (_, i) => record(from + i));

export const crash = (time: number): CrashRecord => ({
  time,
  cause: 'killed by signal SIGKILL',
  exitCode: null,
  signal: 'SIGKILL',
  uptimeMs: 1,
  stderr: [],
});

/** The clock and the sizes of a log until mocks are restored and tokens are taken away; returns where the view is sent, by its top in pixels. */
export function logWorld(): number[] {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  testTokens({ '--log-row': '28px' });
  const sent: number[] = [];
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(280);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(28);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(function height(
    this: HTMLElement,
  ) {
    return Number.parseFloat(this.querySelector('ol')?.style.height ?? '0');
  });
  vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(function scrollTo(this: Element, to?: unknown) {
    const { top = 0 } = to as ScrollToOptions;
    sent.push(top);
    this.scrollTop = top;
    // As in a browser, it is told of afterwards.
    queueMicrotask(() => this.dispatchEvent(new Event('scroll')));
  });
  return sent;
}

/** Records arrive from the process. */
export const arrive = (page: TestPage, records: readonly LogRecord[], dropped = 0): Promise<void> =>
  act(async () => {
    page.model.source('d')!.logs.addLive(1, records, dropped);
    await vi.advanceTimersByTimeAsync(100);
  });

/** A page with the log of `d`, in which the records arrive once it is shown. */
export async function openLog(
  records: readonly LogRecord[],
  crashes: readonly CrashRecord[] = [],
  at: number | null = null,
) {
  const page = await testPage();
  const view = page.show(<LogView source={page.model.source('d')!} crashes={crashes} at={at} />);
  await arrive(page, records);
  return { page, view };
}

export const log = (): HTMLElement => screen.getByRole('region', { name: 'Log of d' });

/** The lines that are rendered, as they are read. */
export const lines = () =>
  within(log())
    .getAllByRole('listitem')
    .map((one) => one.textContent);

export const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name });

export const follows = (): boolean => button('Follow').getAttribute('aria-pressed') === 'true';

/** What the toolbar says of how many records there are. */
export const count = () => screen.getByText(/^\s*[\d,]+( of [\d,]+)? records?\b/).textContent?.trim();
