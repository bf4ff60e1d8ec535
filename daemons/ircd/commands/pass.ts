/** PASS: RFC 2812 3.1.1. The password is checked once NICK and USER are there. */
import type { Command } from './command.ts';

export const pass: Command = {
  name: 'PASS',
  minParams: 1,
  phase: 'before',
  help: ['PASS <password>', 'Gives the password of the server, before NICK and USER.'],
  run(_server, client, params) {
    if (client.pending !== null) client.pending.password = params[0] ?? '';
  },
};
