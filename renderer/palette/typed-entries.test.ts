import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest } from '../../contract/manifest.ts';
import { closeCommand, useOpenCommand } from '../commands/command-dialog-store.ts';
import type { HostModel } from '../model/host-model.ts';
import { createHostStore } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
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
  },
});

const hostNow = (id: string): HostNow => {
  const store = createHostStore();
  store.setState({ host: { manifests: [manifest] } as unknown as HostInfo });
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
    ['ircd kill ann', 'ircd kill | kill: "ann" is not expected here'],
  ])('%s offers %s', (line, entry) => {
    expect(found(line)).toEqual([entry]);
  });

  it.each([
    '',
    'ircd',
    'ircd kill',
    'run',
    'run ircd',
    'relay kill --nick x',
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

  it('says on which host it would run where there are several', () => {
    expect(found('run ircd kill', [hostNow('a'), hostNow('b')])).toEqual([
      'ircd kill on host a | ',
      'ircd kill on host b | ',
    ]);
  });
});
