/**
 * The one animation-frame loop of the window: draws the charts that are in view and have news, within a budget a
 * frame, and gives the daemons their credits back once their frames are drawn. Idle while nothing arrives.
 */
import { withTokensHeld } from '../look/tokens.ts';

/** Milliseconds of drawing in one animation frame; what is left goes into the next. As much again is what the browser makes of it. */
const DRAW_BUDGET_MS = 4;
/**
 * The same of what was never drawn, such as all of a page that was just gone to: somebody waits for all of it, and nothing moves yet. What
 * does not fit is seen a frame later, and the browser lays the page out once more for it.
 */
const FIRST_BUDGET_MS = 100;

/** What is drawn no more often than this, in milliseconds, is drawn together with the figures of the page (text-ticker.ts). */
const RARE_MS = 250;
/** How long it takes until the next animation frame, at most, in milliseconds. */
const FRAME_MS = 17;

/** Something that can be drawn: a chart or a sparkline. */
export interface Drawable {
  /** The model of the source whose frames it shows: ids of sources are those of one host only. */
  readonly source: object;
  /** Least milliseconds between two drawings: what moves less than a pixel need not be drawn. */
  readonly intervalMs: number;
  /** Whether it has what it draws; until then it is as if it were not seen. Always where it does not say. */
  isReady?(): boolean;
  /** Reads what it needs to know of the page, such as its size: of all that is new before any of it is drawn, which changes the page. */
  measure?(): void;
  /** Puts what it draws on into the page, before it is drawn first: of all that is new, since the page is styled anew for the first drawing after it. */
  prepare?(): void;
  draw(): void;
}

interface Entry {
  readonly drawable: Drawable;
  /** Where it is drawn, until it is known whether that is seen. */
  place: Element | null;
  visible: boolean;
  dirty: boolean;
  drawnAt: number;
  isNew: boolean;
}

/** Whether it is seen, and due in the animation frame after `now`. */
function soonDue({ visible, drawnAt, drawable }: Entry, now: number): boolean {
  return visible && now + FRAME_MS - drawnAt >= drawable.intervalMs;
}

export class DrawLoop {
  readonly #entries = new Map<Drawable, Entry>();
  readonly #afterDraw: () => void;
  #scheduled = false;
  /** Milliseconds that were spent on drawing since the loop was made. */
  spentMs = 0;

  /** `afterDraw` is called when everything that was due is drawn. */
  constructor(afterDraw: () => void) {
    this.#afterDraw = afterDraw;
  }

  /**
   * Adds a drawable; it is drawn once it is said to be visible. With `place` it is looked whether that is in view, so that what
   * comes with a page is drawn in the first animation frame which has it. Returns the function that removes it.
   */
  add(drawable: Drawable, place: Element | null = null): () => void {
    this.#entries.set(drawable, {
      drawable,
      place,
      visible: false,
      dirty: true,
      drawnAt: Number.NEGATIVE_INFINITY,
      isNew: true,
    });
    if (place !== null) this.#schedule();
    return () => this.#entries.delete(drawable);
  }

  /** Tells whether a drawable can be seen. */
  setVisible(drawable: Drawable, visible: boolean): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    const wasVisible = entry.visible;
    entry.visible = visible;
    if (!visible || wasVisible) return;
    if (!entry.isNew) entry.drawable.measure?.();
    this.redraw(drawable);
  }

  /** Draws it in the next animation frame whatever its interval, such as after a change of size or theme. */
  redraw(drawable: Drawable): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    entry.dirty = true;
    entry.drawnAt = Number.NEGATIVE_INFINITY;
    this.#schedule();
  }

  /** Redraws everything, such as after a change of theme. */
  redrawAll(): void {
    for (const drawable of this.#entries.keys()) this.redraw(drawable);
  }

  /** Whether the page draws anything of `source`, be it in view or not. */
  draws(source: object): boolean {
    for (const { drawable } of this.#entries.values()) if (drawable.source === source) return true;
    return false;
  }

  /**
   * Tells that a frame of `source` arrived. With `news` what is due is drawn in the next animation frame, everything else with a
   * {@link drawDirty} to come. False where there is nothing to draw now.
   */
  frameArrived(source: object, news: boolean): boolean {
    const now = performance.now();
    let isDue = false;
    for (const entry of this.#entries.values()) {
      if (entry.drawable.source !== source) continue;
      entry.dirty = true;
      // What is drawn rarely waits for the next figures: then one animation frame has all of it.
      if (entry.drawable.intervalMs < RARE_MS && soonDue(entry, now)) isDue = true;
    }
    if (!news || !isDue || document.hidden) return false;
    this.#schedule();
    return true;
  }

  /** Draws what has waited and is due, in the next animation frame. */
  drawDirty(): void {
    const now = performance.now();
    for (const entry of this.#entries.values()) if (entry.dirty && soonDue(entry, now)) this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => this.#run(now));
  }

  #run(now: number): void {
    this.#scheduled = false;
    const start = performance.now();
    this.#lookAround();
    const isDone = withTokensHeld(() => this.#drawDue(now, start));
    this.spentMs += performance.now() - start;
    if (isDone) this.#afterDraw();
    else this.#schedule();
  }

  /** Finds out of what is new whether it is seen: of all together, since asking after each drawing would lay out the page each time. */
  #lookAround(): void {
    for (const entry of this.#entries.values()) {
      const { place } = entry;
      if (place === null) continue;
      entry.place = null;
      // What is laid out only when one scrolls there would be for being asked.
      if (!place.checkVisibility({ contentVisibilityAuto: true })) continue;
      const { width, height, top, bottom, left, right } = place.getBoundingClientRect();
      const isSeen = top < innerHeight && bottom > 0 && left < innerWidth && right > 0;
      if (width === 0 || height === 0 || !isSeen) continue;
      entry.visible = true;
    }
  }

  /** Draws what is due; false where some of it finds no time in this frame. */
  #drawDue(now: number, start: number): boolean {
    const due = [...this.#entries.values()].filter(
      ({ dirty, visible, drawnAt, drawable }) =>
        dirty && visible && now - drawnAt >= drawable.intervalMs && drawable.isReady?.() !== false,
    );
    const isLate = ({ isNew }: Entry) =>
      performance.now() - start > (isNew ? FIRST_BUDGET_MS : DRAW_BUDGET_MS);
    const fresh = due.filter(({ isNew }) => isNew);
    for (const { drawable } of fresh) drawable.measure?.();
    for (const entry of fresh) if (!isLate(entry)) entry.drawable.prepare?.();
    let isDone = true;
    for (const entry of due) {
      if (isLate(entry)) {
        isDone = false;
        continue;
      }
      entry.dirty = false;
      entry.isNew = false;
      entry.drawnAt = now;
      entry.drawable.draw();
    }
    return isDone;
  }
}
