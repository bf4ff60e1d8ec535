import { expect, it } from 'vitest';
import { lookBreaches, sheetBreaches } from './look-rules.ts';
import { parseSource } from './source-tree.ts';

const breaches = (text: string, file = 'renderer/x.tsx') => lookBreaches(file, text, parseSource(file, text));

it.each([
  'const a = <p className="text-[#ff0000]" />;',
  'const a = <p className="w-[13px]" />;',
  'const a = <p className={`p-2 h-[2.5rem]`} />;',
  'const a = <p className="max-h-[70vh]" />;',
  'const a = <rect fill="#1d3a6e" />;',
  "context.strokeStyle = 'rgb(1 2 3)';",
  "context.font = '11px system-ui';",
  "const a = <p style={{ width: '17rem' }} />;",
])('refuses %s', (text) => {
  expect(breaches(text)).toHaveLength(1);
});

it.each([
  'const a = <p className="p-2 h-row text-dim bg-bad-soft/60" />;',
  'const a = <p className="grid-cols-[auto_minmax(0,1fr)] data-[level=full]:bg-bad" />;',
  "const a = 'color-mix(in srgb, var(--ink) 45%, transparent)';",
  "const a = <a href='#/h/abc/def'>#lobby</a>;",
  'const a = <p style={{ height }} />;',
])('takes %s', (text) => {
  expect(breaches(text)).toEqual([]);
});

it('says where, and is of no concern to tests and to what is not the window', () => {
  const text = "\n\nconst a = '#ffffff';";
  expect(breaches(text)[0]).toMatch(/^renderer\/x\.tsx:3: a colour is a token/);
  expect(breaches(text, 'renderer/x.test.tsx')).toEqual([]);
  expect(breaches(text, 'daemons/x.ts')).toEqual([]);
});

it('refuses colours and lengths in a stylesheet, but for the tokens, comments, hair lines and the size of the window', () => {
  const css = `/* 13px of #fff */
a { color: #fff; }
b { padding: 0.5rem; }
c { outline: 2px solid var(--ink); width: min(var(--form), 100vw - 2rem); }`;
  expect(sheetBreaches('renderer/app.css', css)).toEqual([
    expect.stringContaining('renderer/app.css:2: '),
    expect.stringContaining('renderer/app.css:3: '),
  ]);
  expect(sheetBreaches('renderer/look/tokens.css', css)).toEqual([]);
  expect(sheetBreaches('docs/app.css', css)).toEqual([]);
});
