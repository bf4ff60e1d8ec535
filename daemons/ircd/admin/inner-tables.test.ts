/** Who is on a channel, what its lists have, and where somebody is, as windows watch it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from '../memory-server.ts';
import { innerTables } from './inner-tables.ts';

let irc: MemoryServer;
let tables: ReturnType<typeof innerTables>;
beforeEach(() => {
  irc = new MemoryServer();
  tables = innerTables(irc.server);
});
afterEach(() => irc.close());

const shown = (name: keyof typeof tables, about: string) => {
  const table = tables[name].about(about);
  return table === null ? null : { rows: [...table.rows()], total: table.total() };
};

it('tell of the members of a channel with what they are', () => {
  const [ann, bob] = [irc.join('ann'), irc.join('bob')];
  for (const client of [ann, bob]) client.send('JOIN #c');
  ann.send('MODE #c +v ann');
  expect(shown('members', '#C')).toEqual({
    rows: [
      ['ann', '@+', '~ann@192.0.2.1', '#c'],
      ['bob', '', expect.stringMatching(/^~bob@/), '#c'],
    ],
    total: 2,
  });
  bob.send('PART #c');
  expect(shown('members', '#c')?.total).toBe(1);
});

it('tell of the masks of all its lists, who set each and when', () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c', 'MODE #c +beI *!*@bad.example *!*@good.example *!*@guest.example');
  const by = irc.server.state.findUser('ann')!.prefix;
  expect(shown('lists', '#c')).toEqual({
    rows: [
      ['*!*@bad.example', 'ban', by, expect.any(Number), 'b', '#c'],
      ['*!*@good.example', 'exception', by, expect.any(Number), 'e', '#c'],
      ['*!*@guest.example', 'invitation', by, expect.any(Number), 'I', '#c'],
    ],
    total: 3,
  });
});

it('tell where somebody is, secret channels included', () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c', 'JOIN #hidden', 'MODE #hidden +s', 'TOPIC #c :tea');
  expect(shown('memberships', 'ANN')).toEqual({
    rows: [
      ['#c', '@', 1, '+nt', 'tea', 'ann'],
      ['#hidden', '@', 1, '+nst', '', 'ann'],
    ],
    total: 2,
  });
});

it('tell of nothing where there is no such channel, or nobody of that name', () => {
  expect([shown('members', '#none'), shown('lists', '#none'), shown('memberships', 'zoe')]).toEqual([
    null,
    null,
    null,
  ]);
});
