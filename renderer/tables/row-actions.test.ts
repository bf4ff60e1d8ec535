// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import type { CommandDescription } from '../../contract/manifest.ts';
import { argumentsOf, usableActions } from './row-actions.tsx';

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

it('offers the actions whose command there is, in their order', () => {
  const commands = [{ name: 'drop' }, { name: 'who' }] as unknown as readonly CommandDescription[];
  const action = (command: string) => ({ title: command, command, args: {} });
  const { actions } = usableActions([action('who'), action('praise'), action('drop')], commands);
  expect(actions.map(({ command }) => command)).toEqual(['who', 'drop']);
  expect(usableActions(undefined, commands)).toEqual({ actions: [], width: 16 });
});
