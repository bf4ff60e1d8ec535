import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Drawable, DrawLoop } from './draw-loop.ts';

let frames: ((now: number) => void)[];
let clock: number;
let page: { hidden: boolean };
let finished: number;
let loop: DrawLoop;
beforeEach(() => {
  frames = [];
  clock = 0;
  page = { hidden: false };
  finished = 0;
  vi.stubGlobal('document', page);
  vi.stubGlobal('requestAnimationFrame', (draw: (now: number) => void) => frames.push(draw));
  vi.stubGlobal('performance', { now: () => clock });
  loop = new DrawLoop(() => finished++);
});
afterEach(() => void vi.unstubAllGlobals());

/** Lets the browser show a frame at a time in milliseconds. */
function frame(now: number): void {
  clock = now;
  for (const draw of frames.splice(0)) draw(now);
}
/** Something to draw, which takes so many milliseconds each time. */
function chart(source: object = {}, intervalMs = 0, takes = 0): Drawable & { drawn: number } {
  const one = {
    source,
    intervalMs,
    drawn: 0,
    draw() {
      one.drawn++;
      clock += takes;
    },
  };
  return one;
}
/** A chart in view that was drawn at a time. */
function shown(source: object = {}, intervalMs = 0, at = 1_000): ReturnType<typeof chart> {
  const one = chart(source, intervalMs);
  loop.add(one);
  loop.setVisible(one, true);
  frame(at);
  one.drawn = 0;
  finished = 0;
  return one;
}

describe('what can be drawn', () => {
  it('is drawn when it comes into view, and not before', () => {
    const one = chart();
    loop.add(one);
    frame(1_000);
    loop.drawDirty();
    expect([frames.length, one.drawn]).toEqual([0, 0]);
    loop.setVisible(one, true);
    frame(1_000);
    expect([one.drawn, finished]).toEqual([1, 1]);
    frame(2_000);
    expect(one.drawn).toBe(1);
  });

  it('is drawn in the first animation frame where its place is in view then; all of it is measured, then made, then drawn', () => {
    vi.stubGlobal('innerWidth', 1_000);
    vi.stubGlobal('innerHeight', 500);
    /** A place of a page at so many pixels from its top. */
    const place = (top: number, size = 100, isLaidOut = true) =>
      ({
        checkVisibility: () => isLaidOut,
        getBoundingClientRect: () => ({
          top,
          bottom: top + size,
          left: 0,
          right: size,
          width: size,
          height: size,
        }),
      }) as unknown as Element;
    const told: string[] = [];
    const one = (name: string, where: Element) => {
      const drawable = chart();
      loop.add(
        {
          ...drawable,
          measure: () => told.push(`measure ${name}`),
          prepare: () => told.push(`prepare ${name}`),
          draw: () => told.push(`draw ${name}`),
        },
        where,
      );
    };
    one('seen', place(0));
    one('below', place(500));
    one('seen too', place(450));
    one('above', place(-100));
    one('without a size', place(0, 0));
    one('not laid out', place(0, 100, false));
    frame(1_000);
    const first = ['measure', 'prepare', 'draw'].flatMap((deed) => [`${deed} seen`, `${deed} seen too`]);
    expect(told).toEqual(first);
    expect([finished, frames.length]).toEqual([1, 0]);
    // It is made once.
    loop.redrawAll();
    frame(2_000);
    expect(told.slice(first.length)).toEqual(['draw seen', 'draw seen too']);
  });

  it('is made and drawn once it has what it draws, with the size that it has then', () => {
    const told: string[] = [];
    let isReady = false;
    const one: Drawable = {
      ...chart(),
      isReady: () => isReady,
      measure: () => told.push('measure'),
      prepare: () => told.push('prepare'),
      draw: () => told.push('draw'),
    };
    loop.add(one);
    loop.setVisible(one, true);
    frame(1_000);
    loop.redraw(one);
    frame(2_000);
    expect([told, finished]).toEqual([[], 2]);
    isReady = true;
    loop.redraw(one);
    frame(3_000);
    expect(told).toEqual(['measure', 'prepare', 'draw']);
  });

  it('is drawn no more for being said to be visible where it was so already', () => {
    const one = shown();
    loop.setVisible(one, true);
    expect(frames).toHaveLength(0);
  });

  it('is drawn for a frame of its own source only', () => {
    const [a, b] = [shown({}), shown({})];
    expect(loop.frameArrived(a.source, true)).toBe(true);
    frame(2_000);
    expect([a.drawn, b.drawn]).toEqual([1, 0]);
    expect(loop.frameArrived({}, true)).toBe(false);
    expect(frames).toHaveLength(0);
  });

  it('is drawn once for all that arrives before the browser shows a frame', () => {
    const a = shown();
    loop.frameArrived(a.source, true);
    loop.frameArrived(a.source, true);
    loop.drawDirty();
    expect(frames).toHaveLength(1);
    frame(2_000);
    expect([a.drawn, finished]).toEqual([1, 1]);
  });

  it('waits for what time brings where there is no news', () => {
    const a = shown();
    expect(loop.frameArrived(a.source, false)).toBe(false);
    expect(frames).toHaveLength(0);
    loop.drawDirty();
    frame(2_000);
    expect(a.drawn).toBe(1);
    loop.drawDirty();
    expect(frames).toHaveLength(0);
  });

  it('waits while nobody sees the window, or it', () => {
    const a = shown();
    page.hidden = true;
    expect(loop.frameArrived(a.source, true)).toBe(false);
    page.hidden = false;
    loop.setVisible(a, false);
    expect(loop.frameArrived(a.source, true)).toBe(false);
    loop.drawDirty();
    expect(frames).toHaveLength(0);
    loop.redraw(a);
    frame(2_000);
    expect(a.drawn).toBe(0);
    loop.setVisible(a, true);
    frame(3_000);
    expect(a.drawn).toBe(1);
  });

  it('is drawn at most once in its interval, but at once when it must look otherwise', () => {
    const a = shown({}, 100, 1_000);
    // The browser shows no frame for it until it may be due in one.
    expect(loop.frameArrived(a.source, true)).toBe(false);
    clock = 1_082;
    loop.drawDirty();
    expect(frames).toHaveLength(0);
    clock = 1_083;
    expect(loop.frameArrived(a.source, true)).toBe(true);
    frame(1_099);
    expect([a.drawn, finished]).toEqual([0, 1]);
    loop.drawDirty();
    frame(1_100);
    expect(a.drawn).toBe(1);
    loop.redraw(a);
    frame(1_101);
    expect(a.drawn).toBe(2);
    loop.redrawAll();
    frame(1_102);
    expect(a.drawn).toBe(3);
  });

  it('is drawn with the figures of the page where its interval is longer than theirs', () => {
    const a = shown({}, 250, 1_000);
    clock = 1_500;
    expect(loop.frameArrived(a.source, true)).toBe(false);
    expect(frames).toHaveLength(0);
    loop.drawDirty();
    frame(1_516);
    expect(a.drawn).toBe(1);
    // Until something has arrived, and the time has come, there is nothing to draw.
    clock = 2_000;
    loop.drawDirty();
    expect(frames).toHaveLength(0);
    const b = shown({}, 249, 1_000);
    clock = 1_300;
    expect(loop.frameArrived(b.source, true)).toBe(true);
  });

  it('is forgotten once it is taken away', () => {
    const one = chart();
    const remove = loop.add(one);
    loop.setVisible(one, true);
    expect([loop.draws(one.source), loop.draws({})]).toEqual([true, false]);
    remove();
    frame(1_000);
    loop.setVisible(one, true);
    loop.redraw(one);
    expect([loop.draws(one.source), one.drawn, frames.length]).toEqual([false, 0, 0]);
  });
});

it('draws for four milliseconds in a frame, and what is left in the next, before it says that all is drawn', () => {
  const all = Array.from({ length: 4 }, () => chart({}, 0, 2));
  for (const one of all) {
    loop.add(one);
    loop.setVisible(one, true);
  }
  frame(500);
  for (const one of all) one.drawn = 0;
  finished = 0;
  loop.redrawAll();
  const drawn = () => all.map((one) => one.drawn).join('');
  frame(1_000);
  // The third begins when four have passed, which is not too late.
  expect([drawn(), finished, frames.length]).toEqual(['1110', 0, 1]);
  frame(1_016);
  expect([drawn(), finished, frames.length]).toEqual(['1111', 1, 0]);
});

it('draws what was never drawn for a hundred milliseconds in a frame, also where others have used up their time', () => {
  const old = [chart({}, 0, 9), chart({}, 0, 9)];
  for (const one of old) {
    loop.add(one);
    loop.setVisible(one, true);
  }
  frame(500);
  loop.redrawAll();
  const all = Array.from({ length: 24 }, () => chart({}, 0, 4));
  for (const one of all) {
    loop.add(one);
    loop.setVisible(one, true);
  }
  finished = 0;
  const drawn = () => [...old, ...all].map((one) => one.drawn).join('');
  frame(1_000);
  // Nine milliseconds of the first, and 23 times four until more than a hundred have passed.
  expect([drawn(), finished, frames.length]).toEqual([`21${'1'.repeat(23)}0`, 0, 1]);
  frame(1_016);
  expect([drawn(), finished, frames.length]).toEqual([`22${'1'.repeat(24)}`, 1, 0]);
});

it('counts the time that drawing took, for those who ask what the window costs', () => {
  const [quick, slow] = [chart({}, 0, 2), chart({}, 0, 5)];
  for (const one of [quick, slow]) {
    loop.add(one);
    loop.setVisible(one, true);
  }
  frame(1_000);
  expect(loop.spentMs).toBe(7);
});
