/** Columns of accounts, and what is offered on each row, in the live table and in the list alike. */
import type { RowAction, TableColumn } from '../../../contract/manifest.ts';

export const accountColumns: readonly TableColumn[] = [
  { key: 'account', title: 'Account', type: 'text' },
  { key: 'online', title: 'Logged in', type: 'number' },
  { key: 'lastLogin', title: 'Last login', type: 'time' },
  { key: 'registeredAt', title: 'Registered', type: 'time' },
  { key: 'suspended', title: 'Suspended', type: 'boolean' },
  { key: 'failures', title: 'Failed logins', type: 'number', rank: 2 },
  { key: 'nicks', title: 'Nicks', type: 'number', rank: 3 },
  { key: 'certificates', title: 'Certificates', type: 'number', rank: 3 },
  { key: 'email', title: 'E-mail', type: 'text', rank: 3 },
];

export const accountActions: readonly RowAction[] = [
  { title: 'Details', command: 'account', args: { account: 'account' }, immediate: true },
  { title: 'Reset password', command: 'reset-password', args: { account: 'account' } },
  { title: 'Suspend', command: 'suspend-account', args: { account: 'account' }, noun: 'account' },
  { title: 'Drop', command: 'drop-account', args: { account: 'account' }, noun: 'account' },
];
