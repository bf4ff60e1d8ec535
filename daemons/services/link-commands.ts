/** Admin commands that give an account to a user of Keycloak, or take it from them. Their code is in link-handlers.ts. */
import { z } from 'zod';
import { lineWord } from '../../contract/line-texts.ts';
import { type CommandSpec, defineCommand } from '../../contract/manifest.ts';
import { limits as accountLimits } from '../identity/limits.ts';

const account = lineWord({ max: accountLimits.accountNameLength.default }).describe('Name of the account');

export const linkCommands = {
  'link-account': defineCommand({
    summary: 'Give an account to a user of Keycloak, whose password is that of the account from then on',
    sentence: 'give|gave account {account} to the user {user} of Keycloak',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({
      account,
      user: lineWord({ max: 255 }).describe('What the user is called in Keycloak'),
    }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'user', title: 'User of Keycloak', type: 'text' },
    ],
    effects: ['signalbox_services_flows_done_total'],
  }),
  'unlink-account': defineCommand({
    summary:
      'Take an account from its user of Keycloak, so that it is kept here alone; the user stays as they are',
    sentence: 'take|took account {account} from its user of Keycloak',
    danger: 'disruptive',
    access: 'admin',
    args: z.object({ account }),
    result: 'json',
    columns: [
      { key: 'account', title: 'Account', type: 'text' },
      { key: 'password', title: 'Has a password', type: 'boolean' },
      { key: 'suspended', title: 'Suspended', type: 'boolean' },
    ],
  }),
} satisfies Record<string, CommandSpec>;
