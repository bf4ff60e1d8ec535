// @vitest-environment happy-dom
/** The hooks of commands: what one would do, and what came of it. */
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandDescription } from '../../contract/manifest.ts';
import { pass, type TestWindow, testWindow } from '../model/test-window.tsx';
import { useCommandRunner } from './use-command-runner.ts';
import { useImpact } from './use-impact.ts';

/** How long arguments that are typed must rest, in milliseconds. */
const REST = 250;

let window: TestWindow;
let drop: CommandDescription;
beforeEach(async () => {
  vi.useFakeTimers();
  window = await testWindow();
  window.answers['command.impact'] = () => impactOf('disconnects nobody');
  drop = window.model.store.getState().host?.manifests[0]?.commands[0] as CommandDescription;
});
afterEach(() => {
  cleanup();
  window.close();
  vi.useRealTimers();
});

const impactOf = (sentence: string) => ({ ok: true, result: { text: sentence } });
type Args = Readonly<Record<string, unknown>> | null;

function ask(initial: Args) {
  return renderHook(
    (args: Args) => {
      const runner = useCommandRunner('d', 'drop');
      return useImpact(runner, drop, args);
    },
    { wrapper: window.wrapper, initialProps: initial },
  );
}

describe('what a command would do', () => {
  it('is asked once the arguments rest, and for the last of them only', async () => {
    const { rerender } = ask({ n: 1 });
    await pass(REST - 1);
    rerender({ n: 2 });
    await pass(REST - 1);
    expect(window.argsOf('command.impact')).toEqual([]);
    await pass(1);
    expect(window.argsOf('command.impact')).toEqual([{ daemon: 'd', command: 'drop', args: { n: 2 } }]);
  });

  it('is not asked while the arguments are not right', async () => {
    const { result } = ask(null);
    await pass(10_000);
    expect(window.argsOf('command.impact')).toEqual([]);
    expect(result.current).toBeNull();
  });

  it('is shown for exactly these arguments, and an answer to others is not', async () => {
    const pending = window.hold('command.impact');
    const { result, rerender } = ask({ n: 1 });
    await pass(REST);
    rerender({ n: 2 });
    await pass(REST);
    await pending[1]?.answer(impactOf('disconnects 2'));
    const shown = result.current;
    expect(JSON.stringify(shown)).toContain('isconnects 2');
    await pending[0]?.answer(impactOf('disconnects 1'));
    expect(result.current).toBe(shown);
    rerender({ n: 3 });
    expect(result.current).toBeNull();
  });

  it('is not asked any more once the form is left', async () => {
    const { unmount } = ask({ n: 1 });
    unmount();
    await pass(10_000);
    expect(window.argsOf('command.impact')).toEqual([]);
  });
});

function runner(initial: string) {
  return renderHook((command: string) => useCommandRunner('d', command), {
    wrapper: window.wrapper,
    initialProps: initial,
  });
}
const done = (result: unknown) => ({ ok: true, result: { result, durationMs: 4 } });

describe('running a command', () => {
  it('shows that it runs, then what came of it', async () => {
    const pending = window.hold('command.run');
    const { result } = runner('drop');
    expect(result.current.run.phase).toBe('idle');
    act(() => void result.current.start({ n: 1 }, true));
    expect(result.current.run.phase).toBe('running');
    expect(pending[0]?.args).toMatchObject({ daemon: 'd', command: 'drop', args: { n: 1 }, confirmed: true });
    await pending[0]?.answer(done({ dropped: 3 }));
    expect(result.current.run).toEqual({ phase: 'done', result: { dropped: 3 }, durationMs: 4 });
  });

  it('shows the error, and forgets it on request', async () => {
    const error = { code: 'not_found', message: 'There is no such client.' };
    window.answers['command.run'] = () => ({ ok: false, error });
    const { result } = runner('drop');
    await act(async () => void (await result.current.start({}, false)));
    expect(result.current.run).toMatchObject({ phase: 'failed', error });
    act(() => result.current.reset());
    expect(result.current.run.phase).toBe('idle');
  });

  it('shows the answer to the last start only', async () => {
    const pending = window.hold('command.run');
    const { result } = runner('drop');
    act(() => void result.current.start({ n: 1 }, false));
    act(() => void result.current.start({ n: 2 }, false));
    await pending[0]?.answer(done('first'));
    expect(result.current.run.phase).toBe('running');
    await pending[1]?.answer(done('second'));
    expect(result.current.run).toMatchObject({ result: 'second' });
  });

  it('cancels what runs by the name under which it was asked for, and nothing where nothing runs', async () => {
    const pending = window.hold('command.run');
    const { result } = runner('drop');
    act(() => result.current.cancel());
    expect(window.argsOf('command.cancel')).toEqual([]);
    act(() => void result.current.start({}, false));
    act(() => result.current.cancel());
    const { ticket } = pending[0]!.args as { readonly ticket: string };
    expect(window.argsOf('command.cancel')).toEqual([{ ticket }]);
    await pending[0]?.answer(done(null));
    act(() => result.current.cancel());
    expect(window.argsOf('command.cancel')).toHaveLength(1);
  });

  it('begins anew with another command, whatever still comes of the first', async () => {
    const pending = window.hold('command.run');
    const { result, rerender } = runner('drop');
    act(() => void result.current.start({}, false));
    rerender('other');
    await pending[0]?.answer(done('late'));
    expect(result.current.run.phase).toBe('idle');
  });
});
