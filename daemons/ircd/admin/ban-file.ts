/** The bans of the IRC server as a file: of the network, too. What `spares` is stands at `add-ban`. */
import type { ListFile } from '../../runtime/list-files/list-format.ts';
import { banColumns } from './columns.ts';

export const banFile: ListFile = {
  daemon: 'ircd',
  list: 'bans',
  noun: 'ban',
  columns: banColumns,
  needed: ['kind', 'mask'],
};
