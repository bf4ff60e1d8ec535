/** What a user of another server is answered: in whole lines as their client reads them, and at the cost of the link. */
import { beforeEach, expect, it } from 'vitest';
import { N } from '../../irc/numerics.ts';
import type { WorkTurns } from '../../runtime/async/work-turns.ts';
import { limits } from '../limits.ts';
import { Server } from '../state/server.ts';
import type { User } from '../state/user.ts';
import { RemoteAsker } from './remote-asker.ts';

let sent: string[];
let spent: number;
let asker: RemoteAsker;

beforeEach(() => {
  sent = [];
  spent = 0;
  const spend = (ns: number) => {
    spent += ns;
    return false;
  };
  asker = new RemoteAsker({ nick: 'ann', numeric: 'ACAAA' } as User, {
    me: new Server('here.test', '', 'AB'),
    work: { spend } as unknown as WorkTurns,
    send: (line) => void sent.push(line),
  });
});

it('is a numeric with what it says, which costs a row and each byte', () => {
  asker.reply(N.RPL_ENDOFINFO);
  asker.reply(N.RPL_TIME, 'here.test', 'gr\xfc\xdf');
  asker.replyRaw(N.RPL_VERSION, 'a b');
  expect(sent).toEqual([
    'AB 374 ACAAA :End of INFO list',
    'AB 391 ACAAA here.test :gr\xc3\xbc\xc3\x9f',
    'AB 351 ACAAA a b',
  ]);
  expect(spent).toBe(3 * 1_000 + 2 * sent.join('').length);
});

it('leaves room for what their client reads before it', () => {
  const room = 510 - ':here.test 371 ann :'.length;
  expect(asker.textRoom(N.RPL_INFO)).toBe(room);
  expect(asker.textRoom(N.RPL_INFO, 'é x')).toBe(room - ' é x'.length - 1);
  for (const middle of ['', 'mid']) {
    sent = [];
    const most = asker.textRoom(N.RPL_INFO, middle);
    const words = middle === '' ? asker.replyWords(N.RPL_INFO) : asker.replyWords(N.RPL_INFO, middle);
    for (const length of [most - 2, 1, 1]) words.add('w'.repeat(length));
    words.end();
    const head = `AB 371 ACAAA ${middle === '' ? '' : `${middle} `}:`;
    expect(sent).toEqual([`${head}${'w'.repeat(most - 2)} w`, `${head}w`]);
  }
});

it('is a notice in as many lines as it needs', () => {
  const room = 510 - ':here.test NOTICE ann :'.length;
  asker.notice('n'.repeat(room + 1));
  expect(sent.map((line) => line.length)).toEqual(['AB O ACAAA :'.length + room, 'AB O ACAAA :'.length + 1]);
  expect(sent[1]).toBe('AB O ACAAA :n');
});

it('may see no more than anybody, and as much as an answer to a link may be', () => {
  expect([asker.has(), asker.can(), asker.answerBytes]).toEqual([
    false,
    false,
    limits.linkAnswerBytes.default,
  ]);
});
