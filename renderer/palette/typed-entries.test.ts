import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest } from '../../contract/manifest.ts';
import { closeCommand, useOpenCommand } from '../commands/command-dialog-store.ts';
import type { HostModel } from '../model/host-model.ts';
import { createHostStore } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { daemon } from '../model/test-host.ts';
import { typedEntries } from './typed-entries.ts';

const manifest = describeManifest({
  id: 'ircd',
  title: 'IRC server',
  summary: '',
  config: z.object({}),
  metrics: [],
  tables: {},
  commands: {
    kill: {
      summary: 'Disconnects a client',
      danger: 'disruptive',
      access: 'operate',
      result: 'text',
      args: z.object({
        nick: z.string(),
        reason: z.string().optional(),
        times: z.number().optional(),
        silent: z.boolean().optional(),
        masks: z.array(z.string()).optional(),
        word: z.string().meta({ secret: true }).optional(),
      }),
    },
    find: {
      summary: 'Finds a client',
      reads: true,
      danger: 'safe',
      access: 'operate',
      result: 'table',
      args: z.object({ nick: z.string().default(''), limit: z.number().default(5) }),
    },
    count: {
      summary: 'Counts',
      danger: 'safe',
      access: 'operate',
      result: 'json',
      args: z.object({ most: z.number() }),
    },
  },
});

const hostNow = (id: string): HostNow => {
  const store = createHostStore();
  store.setState({
    host: { manifests: [manifest, { ...manifest, id: 'relay' }] } as unknown as HostInfo,
    daemons: { ircd: daemon({ id: 'ircd' }), relay: daemon({ id: 'relay', state: 'stopped' }) },
  });
  const host = { id, name: `host ${id}`, closed: new AbortController().signal } as unknown as HostModel;
  return { host, state: store.getState() };
};
const found = (line: string, hosts = [hostNow('a')]) =>
  typedEntries(hosts, line).map(({ text, hint }) => `${text} | ${hint}`);

afterEach(() => closeCommand());

describe('a line that is typed into the palette', () => {
  it.each([
    ['run ircd kill --nick ann', 'ircd kill | nick ann'],
    ['ircd kill --nick ann --reason "too loud"', 'ircd kill | nick ann, reason too loud'],
    [
      './signalbox run ircd kill --times 3 --no-silent --masks a --masks b',
      'ircd kill | times 3, silent false, masks a, b',
    ],
    ['run ircd kill', 'ircd kill | '],
    ['ircd kill --word guessed', 'ircd kill | word (hidden)'],
    ['ircd kill --nik ann', 'ircd kill | kill: there is no option "--nik"; see --help'],
    ['ircd kill ann', 'ircd kill | nick ann'],
    ['kill ann too loud', 'ircd kill | nick ann, reason too loud'],
    ['kill ann --times 2 too --silent loud', 'ircd kill | nick ann, reason too loud, times 2, silent true'],
    ['run kill ann', 'ircd kill | nick ann'],
    ['find bob', 'ircd find | nick bob'],
    ['find 3 4', 'ircd find | nick 3 4'],
  ])('%s offers %s', (line, entry) => {
    expect(found(line)).toEqual([entry]);
  });

  it.each([
    '',
    'ircd',
    'ircd kill',
    'run',
    'run ircd',
    'objects kill --nick x',
    'kill',
    'run kill',
    'kill --nick',
    'kill --nik x',
    'count many',
    'nothing x',
    'ircd nothing --x',
    'ircd kill --reason "too',
  ])('%j offers nothing of its own', (line) => {
    expect(found(line)).toEqual([]);
  });

  it('opens the form of the command with what was given, and runs nothing', () => {
    const host = hostNow('a');
    const [entry] = typedEntries([host], 'ircd kill --nick ann --masks a --masks b --silent');
    entry?.act();
    const { open } = useOpenCommand.getState();
    expect(open).toMatchObject({
      host: host.host,
      daemon: 'ircd',
      command: 'kill',
      args: { nick: 'ann', masks: 'a, b', silent: 'true' },
    });
    expect(open?.atOnce).toBeUndefined();
  });

  it('shows at once what only reads and has all that it needs, and means every daemon that runs by a command alone', () => {
    const host = hostNow('a');
    const openedBy = (line: string) => {
      typedEntries([host], line)[0]?.act();
      const { open } = useOpenCommand.getState();
      return [open?.daemon, open?.command, open?.args, open?.atOnce];
    };
    expect(openedBy('find bob')).toEqual(['ircd', 'find', { nick: 'bob' }, true]);
    expect(openedBy('ircd find --limit x')).toEqual(['ircd', 'find', {}, undefined]);
    expect(openedBy('count 3')).toEqual(['ircd', 'count', { most: '3' }, undefined]);
    // One that is stopped is meant where it is named.
    expect(found('relay kill ann')).toEqual(['relay kill | nick ann']);
  });

  it('says on which host it would run where there are several', () => {
    expect(found('run ircd kill', [hostNow('a'), hostNow('b')])).toEqual([
      'ircd kill on host a | ',
      'ircd kill on host b | ',
    ]);
  });
});
