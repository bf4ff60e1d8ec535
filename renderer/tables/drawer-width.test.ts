import { expect, it } from 'vitest';
import { drawerPlace, widthAfter } from './drawer-width.ts';

it('stands beside a list that keeps its room, and else over it, but never over the name of the row', () => {
  expect(drawerPlace(420, 1_048, 120)).toEqual({ width: 420, over: false });
  expect(drawerPlace(420, 979, 120)).toEqual({ width: 420, over: true });
  expect(drawerPlace(420, 668, 300)).toEqual({ width: 368, over: true });
  expect(drawerPlace(420, null, 120)).toEqual({ width: 420, over: false });
});

it('is as wide as the reader made it, within bounds', () => {
  expect([drawerPlace(5_000, 3_000, 0).width, drawerPlace(10, 3_000, 0).width]).toEqual([900, 280]);
  expect(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'x'].map((key) => widthAfter(key, 420))).toEqual([
    436,
    404,
    900,
    280,
    null,
  ]);
});

it('covers the name only where a window is too narrow for anything else', () => {
  expect(drawerPlace(420, 350, 300).width).toBe(280);
  expect(drawerPlace(420, 200, 300).width).toBe(200);
});
