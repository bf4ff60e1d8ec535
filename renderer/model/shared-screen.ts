/**
 * What all hosts of a window share: the loop that draws, the ticker that writes figures, and the words that are said for a
 * while. It knows hosts by their ids only.
 */
import { createStore } from 'zustand/vanilla';
import { DrawLoop } from '../samples/draw-loop.ts';
import { TextTicker } from '../samples/text-ticker.ts';

/** How long a notice stays, in milliseconds. */
const NOTICE_MS = 8_000;

/** Most notices that stand there at once. */
const NOTICES = 4;

/** A short message about something that was done, read out by screen readers. */
export interface Notice {
  readonly id: number;
  /** The host that it is about; null where it is about the window or the app. */
  readonly host: string | null;
  readonly tone: 'good' | 'bad' | 'info';
  readonly text: string;
}

/** Most announcements that are kept: what changes at once is heard in turn. */
const ANNOUNCEMENTS = 4;

/** A change of a state in words, for screen readers, and the host where it was. */
export interface Announcement {
  readonly id: number;
  readonly host: string;
  readonly text: string;
}

interface ScreenState {
  readonly notices: readonly Notice[];
  /** The last ones, the newest at the end. */
  readonly announcements: readonly Announcement[];
}

export class SharedScreen {
  readonly store = createStore<ScreenState>(() => ({ notices: [], announcements: [] }));
  readonly text = new TextTicker(() => this.draw.drawDirty());
  readonly draw = new DrawLoop(() => {
    for (const listener of this.#drawnListeners) listener();
  });
  /** What arrived for all hosts since the window was opened: frames of figures, and their bytes. */
  readonly traffic = { frames: 0, bytes: 0 };
  /** What was measured last of each kind of element: the next of them is mostly as large, so that it is rendered once and not twice. */
  readonly sizes = new Map<string, number>();
  readonly #drawnListeners = new Set<() => void>();
  readonly #noticeTimers = new Map<number, ReturnType<typeof setTimeout>>();
  #nextId = 1;

  constructor() {
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  /** Calls back whenever everything that was due is drawn; returns the function that ends it. */
  onDrawn(listener: () => void): () => void {
    this.#drawnListeners.add(listener);
    return () => this.#drawnListeners.delete(listener);
  }

  /** Shows a short message for a while. */
  notify(host: string | null, tone: Notice['tone'], text: string): void {
    const notice: Notice = { id: this.#nextId++, host, tone, text };
    this.#noticeTimers.set(
      notice.id,
      setTimeout(() => this.dismiss(notice.id), NOTICE_MS),
    );
    const { notices } = this.store.getState();
    for (const old of notices.slice(0, 1 - NOTICES)) this.dismiss(old.id);
    this.store.setState((state) => ({ notices: [...state.notices, notice] }));
  }

  dismiss(id: number): void {
    clearTimeout(this.#noticeTimers.get(id));
    this.#noticeTimers.delete(id);
    this.store.setState((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }));
  }

  /** Has a change read out. */
  announce(host: string, text: string): void {
    const announcement = { id: this.#nextId++, host, text };
    this.store.setState(({ announcements }) => ({
      announcements: [...announcements.slice(1 - ANNOUNCEMENTS), announcement],
    }));
  }

  /** Takes back everything that was said of a host. */
  forget(host: string): void {
    const { notices, announcements } = this.store.getState();
    for (const notice of notices) if (notice.host === host) this.dismiss(notice.id);
    this.store.setState({ announcements: announcements.filter((one) => one.host !== host) });
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    for (const notice of this.store.getState().notices) this.dismiss(notice.id);
  }

  readonly #onVisibility = () => {
    this.text.newsArrived();
    this.draw.drawDirty();
  };
}
