/** MYDATA: all that is kept of a person, for that person. */
import type { CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import type { Cell } from '../store/account-record.ts';
import type { AuthWorld } from './auth-world.ts';

export function dataCommands({ store, records }: AuthWorld): CommandRow[] {
  return [
    {
      name: 'MYDATA',
      needs: 'account',
      syntax: '',
      least: 0,
      most: 0,
      effect: 'nothing',
      help: [
        'Tells all that is kept of you, but what proves your password. UNREGISTER deletes it.',
        'Times are those of the world clock (UTC).',
      ],
      run({ user }) {
        const lines: Reply[] = [];
        for (const [table, rows] of Object.entries(records.shown(store.get(user.account!))))
          for (const row of rows) lines.push(said`${table}: ${rowText(row)}`);
        return [...lines, 'That is all.'];
      },
    },
  ];
}

function rowText(row: Readonly<Record<string, Cell>>): string {
  return Object.entries(row)
    .filter(([, cell]) => cell !== null && cell !== '')
    .map(([column, cell]) => `${column}=${cellText(cell)}`)
    .join(' ');
}

/** Unix milliseconds since 2001 are told as times: no count comes near. */
const EARLIEST_MS = 978_307_200_000;

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return cell >= EARLIEST_MS ? new Date(cell).toISOString() : String(cell);
  return typeof cell === 'object' ? (cell?.account ?? '') : cell;
}
