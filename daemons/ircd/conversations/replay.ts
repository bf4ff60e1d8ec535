/**
 * For tests: conversations between clients and the server, written down as text. Lines that clients send are replayed, and what
 * everybody hears is written beside them, so that a test compares a whole conversation with how it should go.
 *
 * ```
 * alice connects                      a connection that has said nothing
 * bob joins from 192.0.2.7 with batch  a registered client, its welcome read, with capabilities
 * carol opers                         gets every flag of an operator
 * alice < NICK alice                  what a client sends
 * alice > :irc.test 001 ...           what it hears, in the order of the clients
 * alice hangs up
 * ```
 *
 * Batches are counted from 1. Of a welcome the first line is written, and the rest as `(welcome)`, unless the conversation begins with
 * "welcomes are shown". `\xNN` is a byte, `{x*400}` the letter four hundred times. What differs from run to run is written TIME, DATE, SECONDS and ID.
 */
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

/** Runs of one character that are longer than this are written shortly. */
const LONG_RUN = 24;

/** What follows the first line of a welcome; LUSERS by itself says the same without the last. */
const WELCOME = /^(?:@\S+ )?:irc\.test (?:00[2-5]|25[1-5]|26[56]|422) /;
const LAST_OF_WELCOME = ' 422 ';

const SEND = /^(\w+) < (.*)$/;
const HEARD = /^\w+ > /;
const BEGIN = /^(\w+) (connects|joins)(?: from (\S+))?(?: with (.+))?$/;
const OTHER = /^(\w+) (opers|hangs up)$/;

/** The conversation as it goes: the same text where everybody heard what it says. */
export function replay(text: string): string {
  const irc = new MemoryServer();
  const clients = new Map<string, MemoryClient>();
  const find = (name: string): MemoryClient => {
    const client = clients.get(name);
    if (client === undefined) throw new Error(`Nobody is called ${name} yet.`);
    return client;
  };
  const said: string[] = [];
  let shown = false;
  /** Batches of this conversation; the server counts on. */
  const batches: string[] = [];
  const batchOf = (id: string) => {
    if (!batches.includes(id)) batches.push(id);
    return String(batches.indexOf(id) + 1);
  };
  const tell = (name: string, line: string) => {
    if (!shown && WELCOME.test(line)) {
      if (line.includes(LAST_OF_WELCOME)) said.push(`${name} > (welcome)`);
      return;
    }
    const counted = line
      .replace(/ BATCH ([+-])(\w+)/, (_, sign: string, id: string) => ` BATCH ${sign}${batchOf(id)}`)
      .replace(/@batch=(\w+)/, (_, id: string) => `@batch=${batchOf(id)}`);
    said.push(`${name} > ${shorten(counted)}`);
  };
  const hear = () => {
    for (const [name, client] of clients) {
      for (const line of client.received()) tell(name, line);
      if (client.closedWith !== null) {
        said.push(`${name} > (closed)`);
        clients.delete(name);
      }
    }
  };
  try {
    for (const line of conversation(text)) {
      if (HEARD.test(line)) continue;
      said.push(line);
      if (line === 'welcomes are shown') {
        shown = true;
        continue;
      }
      const [, speaker, words] = SEND.exec(line) ?? [];
      const [, newcomer, how, address, caps] = BEGIN.exec(line) ?? [];
      const [, other, deed] = OTHER.exec(line) ?? [];
      if (speaker !== undefined && words !== undefined) {
        const client = find(speaker);
        const heard = client.send(bytesOf(words));
        for (const one of heard) tell(speaker, one);
      } else if (newcomer !== undefined) {
        clients.set(
          newcomer,
          how === 'connects' ? irc.connect(address) : irc.join(newcomer, caps ?? '', address),
        );
      } else if (deed === 'opers') irc.promote(find(other ?? ''), OPER_FLAGS);
      else if (deed === 'hangs up') {
        find(other ?? '').drop();
        clients.delete(other ?? '');
      } else throw new Error(`A conversation has no line like "${line}".`);
      hear();
    }
  } finally {
    irc.close();
  }
  return said.join('\n');
}

/** The lines of a conversation, without what a template adds around them. */
export function conversation(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function bytesOf(words: string): Uint8Array {
  const full = words.replace(/\{(.)\*(\d+)\}/gu, (_, letter: string, times: string) =>
    letter.repeat(Number(times)),
  );
  const bytes: number[] = [];
  for (const part of full.split(/(\\x[0-9a-f]{2})/)) {
    if (/^\\x[0-9a-f]{2}$/.test(part)) bytes.push(Number.parseInt(part.slice(2), 16));
    else bytes.push(...Buffer.from(part));
  }
  return Uint8Array.from(bytes);
}

function shorten(line: string): string {
  const runs = new RegExp(`(.)\\1{${LONG_RUN},}`, 'gu');
  return line
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, 'DATE')
    .replace(/msgid=[\w-]+/g, 'msgid=ID')
    .replace(/\b1[5-9]\d{8}\b/g, 'SECONDS')
    .replace(runs, (run, letter: string) => `{${letter}*${[...run].length}}`)
    .replaceAll('\x01', String.raw`\x01`)
    .trimEnd();
}
