/** SET: limits of the protocol, until the next restart, as `set-limits` of the window has them. */
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { noticeOpers } from '../broadcast.ts';
import { NOTICE } from '../notice-kinds.ts';
import { ADJUSTABLE_LIMITS, type AdjustableLimit } from '../tuning.ts';
import type { Command } from './command.ts';
import { describeOper, perform, tell } from './deed.ts';

const NAMES = Object.keys(ADJUSTABLE_LIMITS) as AdjustableLimit[];

export const set: Command = {
  name: 'SET',
  minParams: 0,
  oper: 'set',
  help: ['SET [<limit> [<value>]]', 'Shows limits, or changes one until the next restart. Operators only.'],
  run(server, client, [given = '', value]) {
    const wanted = given.toLowerCase();
    const names = wanted === '' ? NAMES : NAMES.filter((name) => name === wanted);
    const [name] = names;
    if (name === undefined) {
      client.fail('SET', 'UNKNOWN_LIMIT', replyParameter(given), `Expected one of: ${NAMES.join(', ')}`);
      return;
    }
    const { min, max } = ADJUSTABLE_LIMITS[name];
    if (value === undefined) {
      for (const one of names) tell(client, `${one} is ${server.tuning.get(one)}`);
      return;
    }
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      const expected = `Expected a number from ${min} to ${max}`;
      client.reply(N.ERR_INVALIDMODEPARAM, `${name} * ${replyParameter(value)}`, expected);
      return;
    }
    const by = describeOper(client);
    perform(server, client, {
      command: 'SET',
      args: { limit: name, value: number },
      flag: 'set',
      unrecorded: 'refuse',
      carryOut() {
        const before = server.tuning.set(name, number);
        server.refreshIsupport();
        noticeOpers(server, NOTICE.daemon, `${by} set ${name} to ${number}, it was ${before}`);
        return { ok: true, outcome: `was ${before}` };
      },
    });
  },
};
