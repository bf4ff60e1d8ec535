// @vitest-environment happy-dom
/** Arguments and results that are files: chosen and read to where they are too long, and handed over. */
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { manifestOf } from '../model/test-host.ts';
import { testScreen } from '../model/test-screen.ts';
import { pass, press, type TestWindow, testWindow } from '../model/test-window.tsx';
import { argumentWords } from './argument-words.ts';
import { CommandPanel } from './command-panel.tsx';
import { ResultView } from './result-view.tsx';

/** `d` with `take`, whose argument is a file, `give`, whose text is one, and `wipe`, whose text is none. */
const COMMANDS = manifestOf({
  commands: {
    take: {
      ...{ summary: 'Takes a file', danger: 'safe', access: 'admin', result: 'json' },
      args: z.object({ lines: z.string().max(9).meta({ file: 'csv' }) }),
    },
    give: {
      ...{ summary: 'Gives a file', danger: 'safe', access: 'admin', result: 'text', saves: 'lines.csv' },
      args: z.object({}),
    },
    wipe: {
      ...{ summary: 'Wipes', danger: 'safe', access: 'admin', result: 'text' },
      args: z.object({}),
    },
  },
});
const commandOf = (name: string) => COMMANDS.commands.find((command) => command.name === name)!;

let window: TestWindow;
beforeEach(async () => {
  vi.useFakeTimers();
  testScreen();
  window = await testWindow({ manifests: [COMMANDS] });
  window.answers['command.run'] = () => ({ ok: true, result: { result: {}, durationMs: 1 } });
});
afterEach(() => {
  cleanup();
  window.close();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const field = () => screen.getByLabelText<HTMLInputElement>('Lines');
async function choose(text: string | null) {
  fireEvent.change(field(), { target: { files: text === null ? [] : [new File([text], 'lines.csv')] } });
  await pass(0);
}
const ran = () => window.argsOf('command.run');

it('sends the text of the file that was chosen, and says how long it is', async () => {
  await window.show(<CommandPanel manifest={COMMANDS} command={commandOf('take')} given={{}} up />);
  expect(field().accept).toBe('.csv');
  await press('Run take');
  expect(screen.getByRole('alert').textContent).toBe('This is needed');
  await choose('a,b\n\nc\n');
  expect(screen.getByText('2 lines')).toBeTruthy();
  await press('Run take');
  expect(ran()).toMatchObject([{ command: 'take', args: { lines: 'a,b\n\nc' } }]);
});

it('takes a choice back, and refuses a file that is too long without reading all of it', async () => {
  await window.show(<CommandPanel manifest={COMMANDS} command={commandOf('take')} given={{}} up />);
  await choose('abc');
  await choose(null);
  expect(screen.queryByText('1 line')).toBeNull();
  const slice = vi.spyOn(Blob.prototype, 'slice');
  await choose('x'.repeat(1_000));
  expect(slice).toHaveBeenCalledWith(0, 40);
  await press('Run take');
  expect(screen.getByRole('alert').textContent).toBe('At most 9 characters may be given, not 40');
  expect(ran()).toEqual([]);
});

it('names the lines of a file in the question before it runs', () => {
  expect(argumentWords(commandOf('take'), { lines: 'a\nb\n' })).toEqual([{ name: 'Lines', text: '2 lines' }]);
});

it('hands the text of a command over as the file that it is', async () => {
  const made: Blob[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    made.push(blob as Blob);
    return 'blob:x';
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => {});
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    expect(this.download).toBe('lines.csv');
  });
  const run = { phase: 'done', result: { text: 'a,b\r\n' }, durationMs: 1 } as const;
  await window.show(<ResultView manifest={COMMANDS} command={commandOf('give')} run={run} />);
  await press('Save as a file');
  expect(clicked).toHaveBeenCalledTimes(1);
  expect([await made[0]!.text(), made[0]!.type]).toEqual(['a,b\r\n', 'text/csv']);
});

it('offers no file for a text that is none', async () => {
  const run = { phase: 'done', result: { text: 'gone' }, durationMs: 1 } as const;
  await window.show(<ResultView manifest={COMMANDS} command={commandOf('wipe')} run={run} />);
  expect(screen.queryByRole('button', { name: 'Save as a file' })).toBeNull();
});
