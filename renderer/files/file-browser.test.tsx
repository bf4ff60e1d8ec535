// @vitest-environment happy-dom
/** The page of files under the hands of a user: walking, looking, putting, deleting, and what a role does not find there. */
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Role } from '../../contract/access.ts';
import { useOpenCommand } from '../commands/command-dialog-store.ts';
import { useManifests } from '../model/host-context.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { pressAction, tableWorld } from '../tables/test-table.ts';
import {
  FULL_MANIFEST,
  goTo,
  isOff,
  press,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { FileBrowser } from './file-browser.tsx';

const uri = z.string();
const command = { summary: '', danger: 'safe', access: 'operate', result: 'json' } as const;
const MANIFEST = {
  ...FULL_MANIFEST,
  files: { title: 'Files', noun: 'file', list: 'list', stat: 'stat', remove: 'delete', write: 'admin' },
  commands: {
    list: {
      ...command,
      result: 'table',
      args: z.object({ prefix: uri, after: uri, folders: z.boolean(), limit: z.number() }),
    },
    stat: { ...command, args: z.object({ uri }) },
    delete: { ...command, danger: 'irreversible', access: 'admin', args: z.object({ uri }) },
  },
} as const;

const FILE = { uri: 'a.txt', size: 5, modifiedAt: 0, contentType: 'text/plain' };
const FOLDER = { uri: 'sub dir/', size: null, modifiedAt: null, contentType: 'folder' };

let page: TestPage;
/** What is there, and why a list is refused; null where it is not. */
let rows: readonly unknown[];
let refusal: { code: string; message: string } | null;
let next: string | null;
beforeEach(async () => {
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
  rows = [FOLDER, FILE];
  refusal = null;
  next = null;
  await goTo('#/h/a/daemon/d/files');
});
afterEach(() => {
  useOpenCommand.setState({ open: null });
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The page as the window shows it to a role. */
function Shown({ up }: { up: boolean }) {
  const manifest = useManifests()[0]!;
  return manifest.files === null ? null : <FileBrowser manifest={manifest} files={manifest.files} up={up} />;
}

async function open(role: Role = 'admin', up = true): Promise<void> {
  page = await testPage({ info: { ...saysOf([MANIFEST], [daemon()]), role } });
  page.answers['command.run'] = (given) => {
    const { command, args } = given as { command: string; args: { uri?: string } };
    if (command === 'list')
      return refusal === null
        ? { ok: true, result: { result: { rows, next }, durationMs: 1 } }
        : { ok: false, error: refusal };
    return args.uri === FILE.uri
      ? { ok: true, result: { result: FILE, durationMs: 1 } }
      : { ok: false, error: { code: 'not_found', message: '' } };
  };
  page.show(<Shown up={up} />);
  await pass(0);
}

const asked = () =>
  page.argsOf('command.run').flatMap((given) => {
    const { command, args } = given as { command: string; args: { prefix: string; after: string } };
    return command === 'list' ? [`${args.prefix}|${args.after}`] : [];
  });
const cells = () =>
  rowsOf(screen.getByRole('grid'))
    .slice(1)
    .filter((row) => row.length > 1)
    .map((row) => row.join(' | '));
const choose = async (...names: string[]) => {
  const input = document.querySelector<HTMLInputElement>('input[type=file]')!;
  Object.defineProperty(input, 'files', {
    value: names.map((name) => new File(['new'], name)),
    configurable: true,
  });
  await act(async () => {
    fireEvent.change(input);
    await vi.advanceTimersByTimeAsync(0);
  });
};
const transfers = () =>
  [...document.querySelectorAll('section[aria-label="Uploads and downloads"] li p')].map(
    (one) => one.textContent,
  );

it('lists folders and files, of which only files can be looked at, downloaded and deleted', async () => {
  await open();
  expect(cells()).toEqual([
    'sub dir/ |  |  | folder | ',
    expect.stringMatching(/^a\.txt \| 5 B \| 1970-01-01 \| text\/plain \| $/),
  ]);
  expect(asked()).toEqual(['|']);
  await pressAction('a.txt', 'Delete');
  expect(useOpenCommand.getState().open).toMatchObject({
    daemon: 'd',
    command: 'delete',
    args: { uri: 'a.txt' },
  });
  rows = [FOLDER];
  await act(async () => useOpenCommand.getState().open?.onDone?.());
  await pass(0);
  expect(cells()).toHaveLength(1);
});

it('walks into folders by links, and back by those of the way, all of it in the address', async () => {
  await open();
  const link = screen.getByRole('link', { name: 'sub dir/' });
  expect(link.getAttribute('href')).toBe('#/h/a/daemon/d/files?in=sub+dir%2F');
  rows = [{ ...FILE, uri: 'sub dir/b.txt' }];
  await goTo(link.getAttribute('href')!);
  expect([asked(), cells()[0]?.split(' | ')[0]]).toEqual([['|', 'sub dir/|'], 'b.txt']);
  const way = screen
    .getAllByRole('link')
    .map((one) => `${one.textContent} ${one.getAttribute('aria-current')}`);
  expect(way).toEqual(['All null', 'sub dir page']);
});

it('finds names by how they begin, and says where nothing does', async () => {
  await open();
  rows = [];
  const field = screen.getByRole('searchbox', { name: 'Names that begin with' });
  fireEvent.change(field, { target: { value: 'ab' } });
  await act(async () => void fireEvent.submit(field.closest('form')!));
  await goTo(location.hash);
  expect(asked()).toEqual(['|', 'ab|']);
  expect(screen.getByText('Nothing begins with ab')).toBeTruthy();
});

it('goes on to the next page and back to the first', async () => {
  next = 'a.txt';
  await open();
  expect(screen.getByText('Page 1')).toBeTruthy();
  next = null;
  await press('Next page');
  expect([asked(), screen.getByText('Page 2').getAttribute('role')]).toEqual([['|', '|a.txt'], 'status']);
  expect(screen.queryByRole('button', { name: 'Next page' })).toBeNull();
  await press('First page');
  expect(asked()).toEqual(['|', '|a.txt', '|']);
});

it('says why there is no list, keeps what was read, and what is empty', async () => {
  await open();
  refusal = { code: 'timeout', message: 'It was late.' };
  await press('Refresh');
  expect(screen.getByRole('alert').textContent).toBe('The list could not be readIt was late.timeout');
  expect(cells()).toHaveLength(2);
  refusal = null;
  rows = [];
  await press('Refresh');
  expect([screen.queryByRole('alert'), screen.getByText('No file here yet')]).toHaveLength(2);
});

it('asks while it is rendered, and shows what it showed last until the answer is there', async () => {
  await open();
  expect([cells().length, asked()]).toEqual([2, ['|']]);
  cleanup();
  let answer = (_: unknown) => {};
  page.answers['command.run'] = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  page.show(<Shown up />);
  expect([cells().length, asked().length]).toEqual([2, 2]);
  answer({ ok: true, result: { result: { rows: [FILE], next: null }, durationMs: 1 } });
  await pass(0);
  expect(cells()).toHaveLength(1);
});

it('asks nothing of a daemon that does not run', async () => {
  await open('admin', false);
  expect([screen.getByText('d is not running').tagName, asked()]).toEqual(['P', []]);
  expect(['Upload', 'Refresh'].map((name) => isOff(screen.getByRole('button', { name })))).toEqual([
    true,
    true,
  ]);
});

it('puts chosen files into the folder that is shown, and reads the list again when one is stored', async () => {
  await goTo('#/h/a/daemon/d/files?in=sub/x');
  await open();
  await choose('b c.txt');
  expect(transfers()).toEqual(['sub/b c.txt', '0 B of 3 B']);
  const { channel } = page.files[0]!;
  expect(await channel.opened).toEqual({ name: 'put sub/b c.txt', size: 3 });
  channel.open({ name: '', size: 0 });
  for await (const _ of channel);
  await act(async () => {
    await channel.end();
    await vi.advanceTimersByTimeAsync(0);
  });
  expect([transfers(), asked().length]).toEqual([['sub/b c.txt', 'stored, 3 B'], 2]);
  await press('Dismiss sub/b c.txt');
  expect(transfers()).toEqual([]);
});

it('asks before it replaces anything, and puts nothing where that is not wanted', async () => {
  await open();
  await choose('a.txt', 'new.txt');
  const question = () => screen.queryByRole('alertdialog', { name: 'Replace this file?' });
  expect(question()?.textContent).toContain('a.txt5 B');
  await press('Cancel');
  expect([question(), page.files.length]).toEqual([null, 0]);
  await choose('a.txt', 'new.txt');
  await pass(1_000);
  await press('Replace');
  await pass(0);
  expect(page.files).toHaveLength(2);
});

it('takes files that are dropped on it, but no folders, and shows where they go', async () => {
  await open();
  const zone = screen.getByRole('grid').closest('.relative')!;
  const dataTransfer = {
    types: ['Files'],
    items: [
      { webkitGetAsEntry: () => ({ isDirectory: true }) },
      { webkitGetAsEntry: () => ({ isDirectory: false }) },
    ],
    files: [new File([], 'folder'), new File(['x'], 'b.txt')],
  };
  expect(fireEvent.dragOver(zone, { dataTransfer })).toBe(false);
  expect(screen.getByText('Drop files to put them into the top')).toBeTruthy();
  await act(async () => {
    fireEvent.drop(zone, { dataTransfer });
    await vi.advanceTimersByTimeAsync(0);
  });
  expect([transfers()[0], screen.queryByText('Drop files to put them into the top')]).toEqual([
    'b.txt',
    null,
  ]);
  const { notices } = page.hosts.screen.store.getState();
  expect(notices.map(({ text }) => text)).toEqual(['Folders cannot be uploaded; choose the files in them.']);
});

it('shows a failed transfer with its code, and cancels one that runs', async () => {
  await open();
  await pressAction('a.txt', 'Download');
  await press('Cancel a.txt');
  await pass(0);
  expect(transfers()).toEqual(['a.txt', 'cancelled']);
  const { SignalboxError } = await import('../../contract/errors.ts');
  page.refusals.bytes = new SignalboxError('access_denied', 'Not for you.');
  await pressAction('a.txt', 'Download');
  await pass(0);
  expect(transfers().slice(2)).toEqual(['a.txt', 'Not for you. access_denied']);
});

it('shows what is in a file, with what is known of it', async () => {
  await open();
  await pressAction('a.txt', 'Preview');
  const { channel } = page.files[0]!;
  expect((await channel.opened).name).toBe('get a.txt');
  channel.open({ name: '', size: 5 });
  await act(async () => {
    await channel.write(new TextEncoder().encode('<b>x>'));
    await channel.end();
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(screen.getByRole('dialog', { name: 'a.txt' }).textContent).toContain('text/plain');
  expect(screen.getByRole('region', { name: 'Preview of a.txt' }).textContent).toBe('<b>x>');
  await press('Close');
  await pass(1_000);
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('offers an operator neither uploads nor deletion, and a viewer nothing at all', async () => {
  await open('operator');
  await press('Actions for a.txt');
  await pass(100);
  expect(screen.getAllByRole('menuitem').map((one) => one.textContent)).toEqual(['Preview', 'Download']);
  expect([
    screen.queryByRole('button', { name: 'Upload' }),
    document.querySelector('input[type=file]'),
  ]).toEqual([null, null]);
  const zone = screen.getByRole('grid').parentElement!;
  expect(fireEvent.dragOver(zone, { dataTransfer: { types: ['Files'] } })).toBe(true);
  page.close();
  await open('viewer');
  expect(document.body.textContent).toBe('');
});
