// @vitest-environment happy-dom
import { afterEach, expect, it } from 'vitest';
import { expectLooks, oddLooks } from './test-looks.ts';

afterEach(() => document.body.replaceChildren());

const odd = (html: string) => {
  document.body.innerHTML = html;
  return oddLooks();
};

it('knows what the stylesheet has rules for, and what only marks an element for others', () => {
  const classes = 'field heading-page h-row max-sm:p-4 bg-accent-soft! text-bad/50 min-h-filled group u-over';
  expect(odd(`<p class="${classes} group-hover:bg-hover"></p>`)).toEqual([]);
  expect(expectLooks).not.toThrow();
});

it('names what looks like nothing: a class without a rule, and an icon without a shape', () => {
  expect(odd('<p class="px-3 text-sad text-red-500 rounded"><i class="undefined m"></i></p>')).toEqual([
    'text-sad',
    'text-red-500',
    'rounded',
    'undefined',
    'm',
  ]);
  expect(odd('<svg><path d="M0 0"/></svg><svg id="none"><path/></svg>')).toEqual([
    expect.stringContaining('id="none"'),
  ]);
  expect(expectLooks).toThrow('without a look: <svg id="none"');
});
