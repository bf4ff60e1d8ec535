// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import type { CommandDescription } from '../../contract/manifest.ts';
import { useOpenCommand } from '../commands/command-dialog-store.ts';
import type { HostModel } from '../model/host-model.ts';
import { argumentsOf, byDanger, commandTools } from './row-tools.ts';

const columns = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'port', title: 'Port', type: 'number' },
] as const;

it('fills arguments with the cells that the manifest names, and leaves out what is not there', () => {
  expect(argumentsOf(columns, { who: 'nick', at: 'port' }, ['ann', 6667])).toEqual({
    who: 'ann',
    at: '6667',
  });
  expect(argumentsOf(columns, { who: 'nick', at: 'port' }, [null])).toEqual({});
  expect(argumentsOf(columns, { who: 'nick', at: 'port' }, ['', 0])).toEqual({ who: '', at: '0' });
  expect(argumentsOf(columns, { who: 'nobody' }, ['ann', 1])).toEqual({});
});

it('puts cells into a text that names them in braces, where the row has all of them', () => {
  expect(argumentsOf(columns, { text: '+o {nick}', at: '{nick}:{port}' }, ['ann', 1])).toEqual({
    text: '+o ann',
    at: 'ann:1',
  });
  expect(argumentsOf(columns, { text: '+o {nick}', at: '{nick}:{port}' }, ['$&', null])).toEqual({
    text: '+o $&',
  });
});

it('knows what makes sense once the row is gone: what is not about what it is called', () => {
  const tool = (args: Readonly<Record<string, string>>) => toolsOf([{ ...action('drop'), args }])[0]!;
  expect(
    [tool({ who: 'nick' }), tool({ at: 'port' }), tool({ text: '-v {nick}' })].map(
      ({ outlives }) => outlives,
    ),
  ).toEqual([false, true, false]);
  expect([tool({ text: '+o {nick}' }).fits(['ann', 1]), tool({ text: '+o {nick}' }).fits([null, 1])]).toEqual(
    [true, false],
  );
});

const command = (name: string, danger: string, columns: readonly unknown[] = []) =>
  ({ name, danger, columns }) as unknown as CommandDescription;
const action = (name: string, immediate = false) => ({
  title: name,
  command: name,
  args: {},
  ...(immediate ? { immediate } : {}),
});
const toolsOf = (actions: Parameters<typeof commandTools>[0]['actions']) =>
  commandTools({
    host: {} as HostModel,
    daemon: 'd',
    actions,
    commands: [
      command('drop', 'disruptive'),
      command('who', 'safe'),
      command('renew', 'safe', [{ key: 'password', title: 'P', type: 'text', secret: true }]),
    ],
    withheld: { 'd purge': { reason: 'For admins.', danger: 'irreversible' }, 'e praise': undefined },
    columns,
  });

it('offers the actions whose command there is, and those that the role lacks with the reason', () => {
  const tools = toolsOf([action('purge'), action('who', true), action('praise'), action('drop')]);
  expect(tools.map(({ title, denied }) => [title, denied])).toEqual([
    ['purge', 'For admins.'],
    ['who', null],
    ['drop', null],
  ]);
  expect(toolsOf(undefined)).toEqual([]);
});

it('has the presets of what is chosen with it, and a choice of your own whose field is entered', () => {
  const minutes = { type: 'integer', unit: 'minutes', zero: 'for ever', presets: [60, 0] } as const;
  const ban = { ...command('ban', 'disruptive'), args: { type: 'object', properties: { minutes } } } as const;
  const offered = { ...action('ban'), args: { who: 'nick' }, given: { minutes: '9' } };
  const toolWith = (more: object) =>
    commandTools({
      host: { closed: new AbortController().signal } as HostModel,
      daemon: 'd',
      actions: [{ ...offered, ...more }],
      commands: [ban as unknown as CommandDescription],
      withheld: {},
      columns,
    })[0]!;
  const { choices = [], bulk } = toolWith({ choose: 'minutes' });
  expect(choices.map(({ label }) => label)).toEqual(['1 hour', 'for ever', 'other…']);
  const opened = choices.map(({ run }) => {
    run(['ann', 1]);
    const { args, focus } = useOpenCommand.getState().open!;
    return { args, focus };
  });
  expect(opened).toEqual([
    { args: { who: 'ann', minutes: '60' }, focus: undefined },
    { args: { who: 'ann', minutes: '0' }, focus: undefined },
    { args: { who: 'ann', minutes: '9' }, focus: 'minutes' },
  ]);
  expect([bulk?.given, bulk?.argsOf(['ann', 1])]).toEqual([{ minutes: '9' }, { who: 'ann' }]);
  expect([toolWith({}).choices, toolWith({ choose: 'none' }).choices]).toEqual([[], []]);
  useOpenCommand.setState({ open: null });
});

it('is offered on rows that say what it is for, and on all where it is for all', () => {
  const where = { column: 'nick', says: ['ann', 'bob'] };
  const [some, all] = toolsOf([{ ...action('drop'), where }, action('drop')]);
  const rows = [
    ['ann', 1],
    ['bob', 2],
    ['cid', 3],
    [null, 4],
  ];
  expect(rows.map((row) => some!.fits(row))).toEqual([true, true, false, false]);
  expect(rows.map((row) => all!.fits(row))).toEqual([true, true, true, true]);
});

it('has what harms most last', () => {
  const tools = toolsOf([action('purge'), action('drop'), action('who', true)]);
  expect(byDanger(tools).map(({ title }) => title)).toEqual(['who', 'drop', 'purge']);
});

it('is run for many unless it only reads, or answers a secret that would be seen by nobody', () => {
  const tools = toolsOf([action('purge'), action('who', true), action('drop'), action('renew')]);
  expect(tools.map(({ many, bulk }) => [many, bulk !== null])).toEqual([
    [true, false],
    [false, false],
    [true, true],
    [false, false],
  ]);
});
