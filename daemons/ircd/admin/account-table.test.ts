import { beforeEach, describe, expect, it } from 'vitest';
import { accountColumns } from '../../../contract/account-commands.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import type { LocalClient } from '../state/local-client.ts';
import { AccountTable } from './account-table.ts';

let authority: MemoryAuthority;
let table: AccountTable;
let clients: LocalClient[];
let told: number;
/** Called at the next answer. */
let answered: () => void;

beforeEach(() => {
  authority = new MemoryAuthority({ ann: 'secret-of-ann', bob: 'secret-of-bob' });
  clients = [];
  told = 0;
  answered = () => {};
  table = new AccountTable({
    authority: () => authority,
    clients: () => clients,
    onAnswer: () => {
      told++;
      answered();
    },
  });
});

const loggedIn = (account: string | null, gone = false) => ({ user: { account, gone } }) as LocalClient;
const names = () => [...table.rows()].map(([name, online]) => `${name} ${online}`);
const lists = () => authority.asked.filter(({ name }) => name === 'list').length;

/** Looks at the table, as a window does, and waits for what it asks for. */
async function look(): Promise<void> {
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  names();
  await answer;
}

describe('the table of accounts', () => {
  it('shows what the authority knows, and who is logged in', async () => {
    clients = [loggedIn('Ann'), loggedIn('ann'), loggedIn(null), loggedIn('bob', true)];
    expect(names()).toEqual([]);
    await look();
    expect(names()).toEqual(['ann 2', 'bob 0']);
    expect(table.total()).toBe(2);
  });

  it('has a value in every column', async () => {
    await look();
    const [ann] = [...table.rows()].map((row) =>
      Object.fromEntries(accountColumns.map(({ key }, index) => [key, row[index]])),
    );
    expect(ann).toEqual({
      account: 'ann',
      online: 0,
      lastLogin: null,
      registeredAt: 1_000,
      suspended: false,
      failures: 0,
      nicks: 1,
      certificates: 0,
      email: null,
    });
  });

  it('asks nothing while nobody looks, and does not go on asking by itself', async () => {
    expect(lists()).toBe(0);
    await look();
    names();
    expect([lists(), told]).toEqual([1, 1]);
  });

  it('asks again when somebody looks later, and at once after a change', async () => {
    await look();
    names();
    await look();
    expect(lists()).toBe(2);
    table.changed();
    await look();
    expect(lists()).toBe(3);
  });

  it('has one question under way at a time', async () => {
    let go = () => {};
    authority.delay = new Promise((resolve) => {
      go = resolve;
    });
    const answer = look();
    names();
    names();
    expect(lists()).toBe(1);
    go();
    await answer;
  });

  it('is empty while the authority is away, and whole when it is back', async () => {
    await look();
    expect(names()).toHaveLength(2);
    authority.present = false;
    table.changed();
    await look();
    expect([names(), table.total()]).toEqual([[], 0]);
    authority.present = true;
    table.changed();
    await look();
    expect(names()).toHaveLength(2);
  });
});
