// @vitest-environment happy-dom
/** Many rows at once: what is selected, the one question, and what comes of it. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { describeManifest } from '../../contract/manifest.ts';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { withheldFrom } from '../model/permissions.ts';
import { pass } from '../model/test-window.tsx';
import { FULL_MANIFEST, goTo, isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { bulkDialog } from './bulk-part.ts';
import { DataTable } from './data-table.tsx';
import { commandTools } from './row-tools.ts';
import { tableWorld } from './test-table.ts';

/** How long arguments rest before it is asked what they would do, and how long an answer stands before it can be confirmed. */
const REST = 250;
const READ = 800;

let page: TestPage;
/** Requests to run that wait for the test. */
let waiting: (() => void)[];
let holds: boolean;
beforeEach(async () => {
  // As the window does once it has nothing else to do.
  await bulkDialog.load();
  testTokens({ '--row': '34px' });
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
  page = await testPage();
  waiting = [];
  holds = false;
  page.answers['command.impact'] = () => ({ ok: true, result: { text: 'disconnects 1 client' } });
  page.answers['command.run'] = async () => {
    if (holds) await new Promise<void>((resolve) => waiting.push(resolve));
    return { ok: true, result: { result: {}, durationMs: 1 } };
  };
});
afterEach(async () => {
  page.close();
  await goTo('');
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  noTokens();
  vi.useRealTimers();
});

const manifest = describeManifest({
  ...FULL_MANIFEST,
  commands: {
    drop: {
      summary: 'Disconnects somebody',
      danger: 'disruptive',
      access: 'operate',
      result: 'json',
      args: z.object({ nick: z.string(), reason: z.string().max(9).default('') }),
    },
    purge: {
      summary: 'Deletes somebody',
      danger: 'irreversible',
      access: 'admin',
      result: 'json',
      args: z.object({ nick: z.string() }),
    },
    praise: {
      summary: 'Praises',
      danger: 'safe',
      access: 'operate',
      result: 'json',
      args: z.object({ nick: z.string() }),
    },
  },
});
const actions = [
  { title: 'Purge', command: 'purge', args: { nick: 'nick' }, noun: 'client' },
  { title: 'Praise', command: 'praise', args: { nick: 'nick' }, noun: 'client' },
  { title: 'Drop', command: 'drop', args: { nick: 'nick' }, noun: 'client' },
];
const columns = [
  { key: 'id', title: 'Id', type: 'number' },
  { key: 'nick', title: 'Nick', type: 'text' },
] as const;
type People = readonly (readonly [number, string])[];
const PEOPLE: People = [
  [1, 'ann'],
  [2, 'ben'],
  [3, 'cid'],
];
const done = vi.fn();
function people(rows: People = PEOPLE, role: 'admin' | 'operator' = 'admin') {
  const withheld = withheldFrom({ role, manifests: [manifest] });
  const tools = commandTools({
    host: page.model,
    daemon: 'd',
    actions,
    commands: manifest.commands.filter(({ name }) => withheld[`d ${name}`] === undefined),
    withheld,
    columns,
    onDone: done,
  });
  return (
    <DataTable
      title="People"
      columns={columns}
      rows={rows}
      keyColumn={0}
      memory="d people"
      tools={tools}
      empty={null}
      heightClass="h-9"
    />
  );
}
const select = (...ids: number[]) => {
  for (const id of ids) fireEvent.click(screen.getByRole('checkbox', { name: `Select ${id}` }));
};
const bar = () => screen.getByRole('region', { name: 'Selected rows' });
const dialog = () => screen.getByRole('dialog');
const names = (label: string) =>
  [...screen.getByRole('region', { name: label }).querySelectorAll('li')].map((one) => one.textContent);
async function ask(tool: string) {
  await press(`${tool}…`, bar());
  await pass(REST);
  await pass(READ);
}
const ran = () => page.argsOf('command.run') as { args: { nick: string }; confirmed: boolean }[];

it('lets what is the same for all be changed before it runs', async () => {
  const [drop] = commandTools({
    host: page.model,
    daemon: 'd',
    actions: [{ ...actions[2]!, given: { reason: 'spam' } }],
    commands: manifest.commands,
    withheld: {},
    columns,
  });
  page.show(
    <DataTable
      title="People"
      columns={columns}
      rows={PEOPLE}
      keyColumn={0}
      memory="d people"
      tools={[drop!]}
      empty={null}
      heightClass="h-9"
    />,
  );
  select(1);
  await ask('Drop');
  const reason = within(dialog()).getByLabelText(/Reason/) as HTMLInputElement;
  expect(reason.value).toBe('spam');
  fireEvent.change(reason, { target: { value: 'flood' } });
  await pass(REST);
  await pass(READ);
  await press('Drop 1 client');
  expect(ran().at(-1)).toMatchObject({ args: { nick: 'ann', reason: 'flood' } });
});

it('says how many are selected, of them those that the filter hides and those that have gone', () => {
  const view = page.show(people());
  expect(screen.queryByRole('region', { name: 'Selected rows' })).toBeNull();
  select(1, 2, 3);
  expect(within(bar()).getByRole('status').textContent).toBe('3 selected');
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'ann' } });
  expect(within(bar()).getByRole('status').textContent).toBe('3 selected, 2 hidden by the filter');
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: '' } });
  view.rerender(people([[2, 'ben']]));
  expect(within(bar()).getByRole('status').textContent).toBe('3 selected, 2 gone meanwhile');
  view.rerender(people([[4, 'dan']]));
  expect(isOff(within(bar()).getByRole('button', { name: 'Drop…' }))).toBe(true);
  fireEvent.click(within(bar()).getByRole('button', { name: 'Clear the selection' }));
  expect(screen.queryByRole('region', { name: 'Selected rows' })).toBeNull();
});

it('asks one question with the sum of what it would do, and then does it for each', async () => {
  page.show(people());
  select(1, 3);
  await press('Drop…', bar());
  const confirm = () => within(dialog()).getByRole('button', { name: 'Drop 2 clients' });
  expect(isOff(confirm())).toBe(true);
  await pass(REST);
  expect(document.activeElement).toBe(within(dialog()).getByRole('button', { name: 'Cancel' }));
  expect(within(dialog()).getByText('Disconnects 2 clients.')).toBeTruthy();
  expect([names('What it does to each'), isOff(confirm())]).toEqual([['1', '3'], true]);
  await pass(READ);
  await act(async () => void fireEvent.submit(confirm().closest('form')!));
  await pass(0);
  expect(ran().map(({ args, confirmed }) => [args.nick, confirmed])).toEqual([
    ['ann', true],
    ['cid', true],
  ]);
  expect(within(dialog()).getByRole('status').textContent).toBe('Done for 2 clients');
  expect(document.activeElement).toBe(within(dialog()).getByRole('button', { name: 'Close' }));
  expect(done).toHaveBeenCalledTimes(1);
  await press('Close', dialog());
  expect(screen.queryByRole('region', { name: 'Selected rows' })).toBeNull();
});

it('has what all have in common filled in once, and asks anew what that would do', async () => {
  page.show(people());
  select(1, 2);
  await ask('Drop');
  expect(within(dialog()).queryByLabelText(/^Nick/)).toBeNull();
  const reason = within(dialog()).getByLabelText(/^Reason/);
  fireEvent.change(reason, { target: { value: 'much too long' } });
  expect(isOff(within(dialog()).getByRole('button', { name: /^Drop/ }))).toBe(true);
  fireEvent.change(reason, { target: { value: 'spam' } });
  await pass(REST);
  await pass(READ);
  await press('Drop 2 clients', dialog());
  await act(async () => void fireEvent.submit(dialog().querySelector('form') ?? document.body));
  await pass(0);
  expect(page.argsOf('command.run').at(-1)).toMatchObject({ args: { nick: 'ben', reason: 'spam' } });
});

it('leaves out what would be refused, and names it', async () => {
  page.answers['command.impact'] = (call) =>
    (call as { args: { nick: string } }).args.nick === 'ben'
      ? { ok: false, error: { code: 'refused', message: 'ben may stay.' } }
      : { ok: true, result: { text: 'disconnects 1 client' } };
  page.show(people());
  select(1, 2, 3);
  await ask('Drop');
  expect(within(dialog()).getByText('1 client would be refused and left out')).toBeTruthy();
  expect(names('Those that would be refused')).toEqual(['2: ben may stay.']);
  await act(async () => void fireEvent.submit(dialog().querySelector('form')!));
  await pass(0);
  expect(ran().map(({ args }) => args.nick)).toEqual(['ann', 'cid']);
});

it('names those whom it fails for, and those that had gone or are somebody else by then', async () => {
  page.answers['command.run'] = (call) =>
    (call as { args: { nick: string } }).args.nick === 'ann'
      ? { ok: false, error: { code: 'timeout', message: 'It was late.' } }
      : { ok: true, result: { result: {}, durationMs: 1 } };
  const view = page.show(people());
  select(1, 2, 3);
  await ask('Drop');
  view.rerender(people([PEOPLE[0]!, [3, 'somebody']]));
  await act(async () => void fireEvent.submit(dialog().querySelector('form')!));
  await pass(0);
  expect(ran().map(({ args }) => args.nick)).toEqual(['ann']);
  expect(names('Those that failed')).toEqual(['1: It was late.']);
  expect(names('Those that had gone')).toEqual(['2']);
  expect(names('Those that changed')).toEqual(['3']);
});

it('is stopped: what is under way ends, and no more begins', async () => {
  holds = true;
  const many: People = Array.from({ length: 9 }, (_, at) => [at, `user${at}`]);
  page.show(people(many));
  select(...many.map(([id]) => id));
  await ask('Drop');
  await act(async () => void fireEvent.submit(dialog().querySelector('form')!));
  await pass(0);
  expect([ran().length, within(dialog()).getByRole('status').textContent]).toEqual([4, '0 of 9 clients']);
  await act(async () => {
    waiting.shift()!();
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(within(dialog()).getByRole('progressbar', { name: 'Progress' }).getAttribute('value')).toBe('1');
  // A press of Escape closes nothing that still runs.
  fireEvent.keyDown(dialog(), { key: 'Escape' });
  await press('Stop', dialog());
  await act(async () => {
    for (const go of waiting) go();
    await vi.advanceTimersByTimeAsync(0);
  });
  expect(ran()).toHaveLength(5);
  expect(within(dialog()).getByRole('status').textContent).toBe(
    'Stopped: done for 5 clients, not begun for 4 clients',
  );
});

it('wants the number typed before what cannot be undone', async () => {
  page.show(people());
  select(1, 2);
  await ask('Purge');
  const confirm = () => within(dialog()).getByRole('button', { name: 'Purge 2 clients' });
  expect(isOff(confirm())).toBe(true);
  fireEvent.change(within(dialog()).getByLabelText('Type purge 2 to confirm'), {
    target: { value: 'purge 1' },
  });
  expect(isOff(confirm())).toBe(true);
  fireEvent.change(within(dialog()).getByLabelText('Type purge 2 to confirm'), {
    target: { value: 'purge 2' },
  });
  expect(isOff(confirm())).toBe(false);
});

it('asks the daemon nothing beforehand about what disturbs nobody', async () => {
  page.show(people());
  select(1, 2);
  await press('Praise…', bar());
  await act(async () => void fireEvent.submit(dialog().querySelector('form')!));
  await pass(0);
  expect([page.argsOf('command.impact').length, ran().map(({ confirmed }) => confirmed)]).toEqual([
    0,
    [false, false],
  ]);
});

it('is offered to who may not with the reason, and not done', async () => {
  page.show(people(PEOPLE, 'operator'));
  select(1, 2);
  const purge = within(bar()).getByRole('button', { name: 'Purge…' });
  expect(isOff(purge)).toBe(true);
  expect(bar().textContent).toContain('purge needs the access "admin"');
  fireEvent.click(purge);
  expect(screen.queryByRole('dialog')).toBeNull();
  // The harmful last.
  expect(
    within(bar())
      .getAllByRole('button')
      .map((one) => one.textContent),
  ).toEqual(['Praise…', 'Drop…', 'Purge…', 'Clear the selection']);
});
