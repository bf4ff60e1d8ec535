import { beforeEach, describe, expect, it } from 'vitest';
import type { LeaveAnswer } from '../../contract/window-bridge.ts';
import type { OnClose } from '../core/config/config-document.ts';
import type { LeaveWords, RunningDaemon } from './leave-words.ts';
import { Leaving } from './leaving.ts';

const LIMITS = { quitEchoMs: 1_000, interruptEchoMs: 250 };
const CROWD: RunningDaemon[] = [
  { id: 'ircd', impact: 'disconnects 42 clients' },
  { id: 'relay', impact: null },
];
const NOBODY: RunningDaemon[] = [{ id: 'ircd', impact: null }];

/** An app whose every step is noted in `steps`. */
class FakeApp {
  onClose: OnClose = 'tray';
  tray: boolean | Promise<boolean> = false;
  daemons: RunningDaemon[] | Error = CROWD;
  time = 0;
  readonly steps: string[] = [];
  question: LeaveWords | null = null;
  answer: (answer: LeaveAnswer) => void = () => {};
  drained: () => void = () => {};

  hasTray = async () => await this.tray;
  running = async () => {
    if (this.daemons instanceof Error) throw this.daemons;
    return this.daemons;
  };
  ask = (question: LeaveWords) => {
    this.question = question;
    this.steps.push('ask');
    return new Promise<LeaveAnswer>((resolve) => {
      this.answer = resolve;
    });
  };
  remind = () => void this.steps.push('remind');
  withdraw = () => this.answer('cancel');
  hide = () => void this.steps.push('hide');
  drain = () => {
    this.steps.push('drain');
    return new Promise<void>((resolve) => {
      this.drained = resolve;
    });
  };
  force = () => void this.steps.push('force');
  exit = () => void this.steps.push('exit');
  now = () => this.time;
}

let app: FakeApp;
let leaving: Leaving;
beforeEach(() => {
  app = new FakeApp();
  leaving = new Leaving(app, LIMITS);
});

/** Lets everything that waits for nothing go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('closing the last window', () => {
  it('hides it in the tray and disconnects nobody', async () => {
    app.tray = true;
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['hide']);
    expect(leaving.ending).toBe(false);
  });

  it('asks where no tray is, and cancel keeps everything', async () => {
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['ask']);
    expect(app.question?.title).toBe('Close Signalbox?');
    expect(app.question?.text).toContain('Stopping ircd disconnects 42 clients.');
    app.answer('cancel');
    await settled();
    expect(app.steps).toEqual(['ask']);
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['ask', 'ask']);
  });

  it('quits at once where no tray is and nobody is connected', async () => {
    app.daemons = NOBODY;
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['drain']);
    app.drained();
    await settled();
    expect(app.steps).toEqual(['drain', 'exit']);
  });

  it('with on_close = "quit" asks before it disconnects people, tray or not', async () => {
    app.onClose = 'quit';
    app.tray = true;
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['ask']);
    expect(app.question?.hide).toBeNull();
    app.answer('quit');
    await settled();
    expect(app.steps).toEqual(['ask', 'drain']);
  });

  it('with on_close = "ask" offers the tray while a daemon runs, also when nobody is connected', async () => {
    app.onClose = 'ask';
    app.tray = true;
    app.daemons = NOBODY;
    leaving.close();
    await settled();
    expect(app.question?.hide).toBe('Keep running');
    app.answer('hide');
    await settled();
    expect(app.steps).toEqual(['ask', 'hide']);
    app.daemons = [];
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['ask', 'hide', 'drain']);
  });

  it('asks one question, however often the window is closed', async () => {
    leaving.close();
    leaving.close();
    await settled();
    leaving.close();
    expect(app.steps.filter((step) => step === 'ask')).toHaveLength(1);
    expect(app.steps.at(-1)).toBe('remind');
  });
});

describe('quitting', () => {
  it('asks whom it may disconnect, whatever closing does', async () => {
    app.tray = true;
    leaving.quit();
    await settled();
    expect(app.steps).toEqual(['ask']);
    expect(app.question?.title).toBe('Quit Signalbox?');
  });

  it.each([
    ['nobody is connected', NOBODY],
    ['nothing runs', []],
  ])('does not ask where %s', async (_name, daemons) => {
    app.daemons = daemons;
    leaving.quit();
    await settled();
    expect(app.steps).toEqual(['drain']);
  });

  it('wins over closing into the tray', async () => {
    let found: (tray: boolean) => void = () => {};
    app.tray = new Promise((resolve) => {
      found = resolve;
    });
    leaving.close();
    leaving.quit();
    found(true);
    await settled();
    expect(app.steps).toEqual(['remind', 'ask']);
    expect(app.question?.title).toBe('Quit Signalbox?');
  });

  it('keeps everything where it cannot be found out what runs', async () => {
    app.daemons = new Error('broken');
    leaving.quit();
    await settled();
    expect(app.steps).toEqual([]);
  });

  it('once more while the daemons drain ends them at once, a held key does not', async () => {
    app.daemons = NOBODY;
    leaving.quit();
    await settled();
    for (const time of [600, 1_100, 1_600]) {
      app.time = time;
      leaving.quit();
    }
    expect(app.steps).toEqual(['drain']);
    app.time = 2_601;
    leaving.quit();
    expect(app.steps).toEqual(['drain', 'force']);
  });
});

describe('being told to end by a signal or with the session', () => {
  it('drains without a question, because nobody is there to answer', async () => {
    leaving.end();
    await settled();
    expect(app.steps).toEqual(['drain']);
    expect(leaving.ending).toBe(true);
  });

  it('takes back a question that stands, and does not drain twice', async () => {
    leaving.quit();
    await settled();
    leaving.end();
    await settled();
    expect(app.steps).toEqual(['ask', 'drain']);
  });

  it('a second signal, later, ends the daemons at once; its echo does not', () => {
    leaving.end();
    app.time = 200;
    leaving.end();
    expect(app.steps).toEqual(['drain']);
    app.time = 500;
    leaving.end();
    expect(app.steps).toEqual(['drain', 'force']);
  });

  it('a window that is closed meanwhile asks nothing', async () => {
    leaving.end();
    leaving.close();
    await settled();
    expect(app.steps).toEqual(['drain']);
  });
});
