/**
 * The one animation-frame loop of the window: draws the charts that are in view and have news, within a budget a
 * frame, and gives the daemons their credits back once their frames are drawn. Idle while nothing arrives.
 */

/** Milliseconds of drawing in one animation frame; what is left goes into the next. */
const DRAW_BUDGET_MS = 8;

/** Something that can be drawn: a chart or a sparkline. */
export interface Drawable {
  /** The model of the source whose frames it shows: ids of sources are those of one host only. */
  readonly source: object;
  /** Least milliseconds between two drawings: what moves less than a pixel need not be drawn. */
  readonly intervalMs: number;
  draw(): void;
}

interface Entry {
  readonly drawable: Drawable;
  visible: boolean;
  dirty: boolean;
  drawnAt: number;
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

  /** Adds a drawable; it is drawn once it is said to be visible. Returns the function that removes it. */
  add(drawable: Drawable): () => void {
    this.#entries.set(drawable, { drawable, visible: false, dirty: true, drawnAt: Number.NEGATIVE_INFINITY });
    return () => this.#entries.delete(drawable);
  }

  /** Tells whether a drawable can be seen. */
  setVisible(drawable: Drawable, visible: boolean): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    entry.visible = visible;
    if (visible) this.redraw(drawable);
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
   * Tells that a frame of `source` arrived. With `news` it is drawn in the next animation frame, else with the next
   * {@link drawDirty}. False where there is nothing to draw now.
   */
  frameArrived(source: object, news: boolean): boolean {
    let seen = false;
    for (const entry of this.#entries.values()) {
      if (entry.drawable.source !== source) continue;
      entry.dirty = true;
      if (entry.visible) seen = true;
    }
    if (!news || !seen || document.hidden) return false;
    this.#schedule();
    return true;
  }

  /** Draws what has waited, in the next animation frame. */
  drawDirty(): void {
    for (const { dirty, visible } of this.#entries.values()) {
      if (dirty && visible) this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame((now) => this.#run(now));
  }

  #run(now: number): void {
    this.#scheduled = false;
    const start = performance.now();
    const isDone = this.#drawDue(now, start);
    this.spentMs += performance.now() - start;
    if (isDone) this.#afterDraw();
    else this.#schedule();
  }

  /** Draws what is due; false where some of it finds no time in this frame. */
  #drawDue(now: number, start: number): boolean {
    for (const entry of this.#entries.values()) {
      if (!entry.dirty || !entry.visible || now - entry.drawnAt < entry.drawable.intervalMs) continue;
      if (performance.now() - start > DRAW_BUDGET_MS) return false;
      entry.dirty = false;
      entry.drawnAt = now;
      entry.drawable.draw();
    }
    return true;
  }
}
