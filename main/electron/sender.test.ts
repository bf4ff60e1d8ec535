import { expect, test } from 'vitest';
import { refusalOf } from './sender.ts';

const ORIGIN = 'app://signalbox';
const page = { isOurWindow: true, isMainFrame: true, origin: ORIGIN };

test('our page is answered', () => {
  expect(refusalOf(page, ORIGIN)).toBeNull();
});

test.each([
  { ...page, isOurWindow: false },
  { ...page, isMainFrame: false },
  { ...page, origin: null },
  { ...page, origin: 'null' },
  { ...page, origin: 'app://signalbox.evil' },
  { ...page, origin: 'app://signalbox/' },
  { ...page, origin: 'https://signalbox' },
  { ...page, origin: 'file://' },
])('%j is forbidden', (sender) => {
  expect(refusalOf(sender, ORIGIN)?.code).toBe('forbidden');
});
