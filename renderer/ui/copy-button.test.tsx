// @vitest-environment happy-dom
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { pass } from '../model/test-window.tsx';
import { CopyButton } from './copy-button.tsx';
import { press, type TestPage, testPage } from './test-page.tsx';

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

describe('copying', () => {
  const copyWith = (writeText: (text: string) => Promise<void>) => {
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    page.show(<CopyButton text="127.0.0.1:6667" label="Copy it" />);
  };
  const names = () => screen.getAllByRole('button').map((one) => one.getAttribute('aria-label'));
  const icon = () => screen.getByRole('button').querySelector('path')?.getAttribute('d');

  it('puts the text on the clipboard, and says so for a second and a half', async () => {
    const writeText = vi.fn(async () => {});
    copyWith(writeText);
    const before = icon();
    await press('Copy it');
    expect(writeText).toHaveBeenCalledExactlyOnceWith('127.0.0.1:6667');
    expect([names(), icon() === before]).toEqual([['Copied'], false]);
    await pass(1_499);
    expect(names()).toEqual(['Copied']);
    await pass(1);
    expect([names(), icon() === before]).toEqual([['Copy it'], true]);
  });

  test.each([true, false])('works in the old way where there is no clipboard: %j', async (works) => {
    let selected = '';
    copyWith(async () => {
      throw new Error('not over http');
    });
    const select = vi.spyOn(HTMLTextAreaElement.prototype, 'select');
    document.execCommand = vi.fn((command: string) => {
      selected = `${command} ${document.querySelector('textarea')?.value}`;
      return works;
    });
    await press('Copy it');
    expect([selected, select.mock.calls.length, names()]).toEqual([
      'copy 127.0.0.1:6667',
      1,
      [works ? 'Copied' : 'Copy it'],
    ]);
    expect(document.querySelector('textarea')).toBeNull();
  });

  it('leaves no clock behind', async () => {
    copyWith(async () => {});
    await press('Copy it');
    const before = vi.getTimerCount();
    page.close();
    expect(vi.getTimerCount()).toBeLessThan(before);
  });
});
