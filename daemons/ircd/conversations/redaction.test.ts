/** REDACT (IRCv3 message-redaction), here and between servers of our own kind. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LinkedServer, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const CAPS = 'message-tags echo-message draft/message-redaction';
const idOf = (line: string | undefined) => /msgid=([^; ]+)/.exec(line ?? '')?.[1] ?? 'none';
const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/^@\S* /, ''));

let irc: MemoryServer;
let op: MemoryClient;
let ann: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  op = irc.join('op', CAPS);
  ann = irc.join('ann', CAPS);
  bob = irc.join('bob', 'message-tags');
  for (const client of [op, ann, bob]) client.send('JOIN #c');
  for (const client of [op, ann, bob]) client.received();
});
afterEach(() => irc.close());

const say = (client: MemoryClient, line: string) => {
  const id = idOf(client.send(line)[0]);
  for (const one of [op, ann, bob]) one.received();
  return id;
};

it('takes back what one has said, once, and tells those who know what that is', () => {
  for (const line of ['PRIVMSG #c :hi', 'NOTICE #c :hi', '@+react=x TAGMSG #c']) {
    const id = say(ann, line);
    const told = `:ann!~ann@192.0.2.1 REDACT #c ${id} :wrong channel`;
    expect(ann.send(`REDACT #C ${id} :wrong channel`), line).toEqual([told]);
    expect(op.received()).toEqual([told]);
    expect(bob.received()).toEqual([]);
    expect(ann.send(`REDACT #c ${id}`)).toEqual([
      `:irc.test FAIL REDACT UNKNOWN_MSGID #c ${id} :This message does not exist or is too old`,
    ]);
  }
});

it('lets operators of a channel take back what others said there, and nobody else', () => {
  const id = say(ann, 'PRIVMSG #c :hi');
  const cat = irc.join('cat', CAPS);
  cat.send('JOIN #c');
  expect(bare(cat.send(`REDACT #c ${id}`)).at(-1)).toBe(
    `:irc.test FAIL REDACT REDACT_FORBIDDEN #c ${id} :You are not authorised to delete this message`,
  );
  ann.received();
  op.received();
  expect(op.send(`REDACT #c ${id}`)).toEqual([`:op!~op@192.0.2.1 REDACT #c ${id}`]);
  expect(ann.received()).toEqual([`:op!~op@192.0.2.1 REDACT #c ${id}`]);
  const left = say(ann, 'PRIVMSG #c :hi');
  ann.send('PART #c');
  expect(bare(ann.received().concat(ann.send(`REDACT #c ${left}`))).at(-1)).toContain(
    'FAIL REDACT INVALID_TARGET #c ',
  );
});

it('tells of what only those with a status read no others', () => {
  const id = say(ann, 'PRIVMSG @#c :psst');
  expect(ann.send(`REDACT #c ${id}`)).toEqual([`:ann!~ann@192.0.2.1 REDACT @#c ${id}`]);
  expect(op.received()).toEqual([`:ann!~ann@192.0.2.1 REDACT @#c ${id}`]);
});

it('takes back what was said to somebody alone, who cannot take it back', () => {
  const id = say(ann, 'PRIVMSG op :hi');
  expect(op.send(`REDACT ann ${id}`)).toEqual([expect.stringContaining('FAIL REDACT UNKNOWN_MSGID ann ')]);
  expect(op.send(`REDACT op ${id}`)).toEqual([expect.stringContaining('FAIL REDACT UNKNOWN_MSGID op ')]);
  expect(ann.send(`REDACT bob ${id}`)).toEqual([expect.stringContaining('FAIL REDACT UNKNOWN_MSGID bob ')]);
  expect(ann.send(`REDACT nobody ${id}`)).toEqual([
    expect.stringContaining('FAIL REDACT INVALID_TARGET nobody '),
  ]);
  expect(ann.send(`REDACT OP ${id}`)).toEqual([`:ann!~ann@192.0.2.1 REDACT op ${id}`]);
  expect(op.received()).toEqual([`:ann!~ann@192.0.2.1 REDACT op ${id}`]);
});

it('is unknown to who did not ask for it', () => {
  expect(bob.send('REDACT #c x')).toEqual([':irc.test 421 bob REDACT :Unknown command']);
});

it('reaches users of other servers of our own kind, whoever takes back whose message, and ircu hears nothing', () => {
  const [one, two] = [new LinkedServer('one.test', 1), new LinkedServer('two.test', 2)];
  const wire = new Wire(one, two);
  settle(wire);
  const [dan, eve] = [one.irc.join('dan', CAPS), two.irc.join('eve', CAPS)];
  for (const client of [dan, eve]) {
    client.send('JOIN #x');
    settle(wire);
  }
  const sent = (client: MemoryClient, line: string) => {
    const id = idOf(client.send(line)[0]);
    settle(wire);
    for (const other of [dan, eve]) other.received();
    return id;
  };
  const heard = (client: MemoryClient, line: string) => {
    client.send(line);
    settle(wire);
    const lines = [dan, eve].map((other) => bare(other.received()));
    return lines[client === dan ? 1 : 0];
  };
  const id = sent(eve, 'PRIVMSG #x :hi');
  expect(heard(dan, `REDACT #x ${id} :no`)).toEqual([`:dan!~dan@192.0.2.1 REDACT #x ${id} :no`]);
  const own = sent(eve, 'PRIVMSG #x :hi');
  expect(heard(eve, `REDACT #x ${own}`)).toEqual([`:eve!~eve@192.0.2.1 REDACT #x ${own}`]);
  expect(heard(dan, `REDACT #x ${own}`)).toEqual([]);
  const alone = sent(eve, 'PRIVMSG dan :hi');
  expect(heard(eve, `REDACT dan ${alone}`)).toEqual([`:eve!~eve@192.0.2.1 REDACT dan ${alone}`]);
  const psst = sent(eve, 'PRIVMSG @#x :hi');
  expect(heard(eve, `REDACT #x ${psst}`)).toEqual([`:eve!~eve@192.0.2.1 REDACT @#x ${psst}`]);
  for (const server of [one, two]) server.close();
});
