/** The verbs of the relay on the command line, by the client library. Loaded by the command line alone. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { SignalboxError } from '../../contract/errors.ts';
import { toLineText } from '../../contract/line-texts.ts';
import type { VerbCall, VerbPrograms } from '../runtime/host/verb-definition.ts';
import {
  RelayClientError,
  RelayConnectionError,
  RelayIdentityError,
  RelayRefusedError,
} from './client/errors.ts';
import { meetRelay } from './client/known-relays.ts';
import { connectRelay } from './client/node-connection.ts';
import type { Control, RelayMessage } from './client/relay-client.ts';
import type { RelayVerbs } from './verb-specs.ts';

export const verbs: VerbPrograms<RelayVerbs> = {
  async chat({ room, peer, connect, relay, identity_file, plain }, call) {
    const { host, port } = connect === undefined ? await placeIn(call) : placeOf(connect);
    // What others say may hold what moves a terminal's cursor.
    const say = (text: string) => void call.output.write(`${toLineText(text)}\n`);
    let over: RelayClientError | null = null;
    const input = createInterface({ input: call.input });
    // From here on: what is piped in may all be read, and have ended, before there is a connection.
    const lines = input[Symbol.asyncIterator]();
    try {
      const client = await connectRelay({
        host,
        port,
        plain,
        peer,
        relay,
        mode: 'rooms',
        presence: true,
        identityFile: plain
          ? undefined
          : resolve(identity_file ?? join(configFolder(), 'relay-identity.pem')),
        onRelay: async (identity) => {
          const met = await meetRelay(join(configFolder(), 'known-relays.json'), `${host}:${port}`, identity);
          if (!met) say(`* the relay is ${identity}; that is remembered from now on`);
        },
        onMessage: (message) => say(messageText(message)),
        onNotice: (notice) => say(noticeText(notice)),
        onClose: (error) => {
          over = error;
          input.close();
        },
      });
      const { members } = await client.join(room);
      const protection =
        client.relay === null ? 'PLAIN: anybody on the way reads this' : `sealed, ${client.relay}`;
      say(`* ${client.peer} in ${room}, ${members} there (${protection})`);
      for await (const line of lines) {
        if (over !== null) break;
        if (line.trim() !== '') await client.toRoom(room, line);
      }
      if (over !== null) throw over;
      await client.leave(room);
      client.close();
      return { text: '', json: undefined };
    } catch (error) {
      throw inWords(error);
    } finally {
      input.close();
    }
  },
};

function messageText({ from, payload }: RelayMessage): string {
  return `${from}: ${new TextDecoder().decode(payload)}`;
}

function noticeText(notice: Control): string {
  if (notice.type === 'presence')
    return `* ${notice.peer} ${notice.event === 'joined' ? 'came' : 'left'}, ${notice.members} there`;
  return `* ${notice.text ?? notice.reason ?? notice.message ?? notice.type}`;
}

function configFolder(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'signalbox');
}

async function placeIn(call: VerbCall): Promise<{ host: string; port: number }> {
  for (const one of await call.listeners()) {
    if ('path' in one || one.tls || one.protocol !== 'frames') continue;
    const every = one.host === '0.0.0.0' ? '127.0.0.1' : one.host === '::' ? '::1' : one.host;
    return { host: every, port: one.port };
  }
  throw new SignalboxError(
    'unavailable',
    'relay listens nowhere that the command line can connect to by itself: expected a TCP listener of frames without TLS.',
  );
}

function placeOf(text: string): { host: string; port: number } {
  const found = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^/:]+)):(?<port>\d{1,5})$/.exec(text)?.groups;
  if (found === undefined || Number(found.port) > 65_535)
    throw new SignalboxError('bad_request', `--connect: ${text} is no HOST:PORT such as 127.0.0.1:6680.`);
  return { host: found.ipv6 ?? found.host ?? '', port: Number(found.port) };
}

/** What the client library says, in the codes of Signalbox. */
function inWords(cause: unknown): unknown {
  if (!(cause instanceof RelayClientError)) return cause;
  if (cause instanceof RelayConnectionError)
    return new SignalboxError('unavailable', cause.message, { cause });
  if (cause instanceof RelayIdentityError)
    return new SignalboxError(
      'refused',
      `${cause.message} Where that is so, take it out of ${join(configFolder(), 'known-relays.json')}, or say --relay ${cause.identity}.`,
      { cause },
    );
  if (cause instanceof RelayRefusedError)
    return new SignalboxError('refused', `${cause.code}: ${cause.message}`, { cause });
  return new SignalboxError('refused', cause.message, { cause });
}
