/** The table of ChanServ. */
import type { CommandRow } from '../bots/command-row.ts';
import { accessCommands } from './access-commands.ts';
import { banCommands } from './ban-commands.ts';
import type { ChanWorld } from './chan-world.ts';
import { lamerCommands } from './lamer-commands.ts';
import { listCommands } from './list-commands.ts';
import { lookCommands } from './look-commands.ts';
import { manyAccessCommands } from './many-access-commands.ts';
import { ownerCommands } from './owner-commands.ts';
import { settingCommands } from './setting-commands.ts';
import { staffCommands } from './staff-commands.ts';
import { statusCommands } from './status-commands.ts';
import { topicCommands } from './topic-commands.ts';
import { toyCommands } from './toy-commands.ts';
import type { Upkeep } from './upkeep.ts';

export function chanServRows(world: ChanWorld, upkeep: Upkeep): CommandRow[] {
  return [
    ...ownerCommands(world),
    ...accessCommands(world),
    ...manyAccessCommands(world),
    ...listCommands(world),
    ...lookCommands(world),
    ...statusCommands(world),
    ...banCommands(world),
    ...lamerCommands(world),
    ...topicCommands(world),
    ...settingCommands(world),
    ...staffCommands(world, upkeep),
    ...toyCommands(world),
  ];
}
