import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from './memory-server.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

const BODY = ['NICK page', 'USER page 0 * :x', 'JOIN #secret', 'PRIVMSG #secret :bought cheap?'];

it('closes at the verb when a web page POSTs IRC commands, and takes none of them', () => {
  for (const verb of 'CONNECT DELETE GET HEAD OPTIONS PATCH POST PRI PUT TRACE post'.split(' ')) {
    const browser = irc.connect();
    const lines = browser.send(`${verb} / HTTP/1.1`, 'Host: irc.test:6667', ...BODY);
    expect(lines, verb).toEqual(['ERROR :Closing Link: 192.0.2.1 (This is an IRC server, not a web server)']);
  }
  expect(irc.server.state.users.size).toBe(0);
  expect(irc.server.state.channels.size).toBe(0);
});

it('closes at the verb also when an IRC command came before it', () => {
  const client = irc.connect();
  client.send('NICK page', 'POST / HTTP/1.1', 'USER page 0 * :x');
  expect(client.closedWith).toBe('This is an IRC server, not a web server');
});

it('closes at a request whose line is too long to be read, or is not UTF-8', () => {
  const long = irc.connect();
  irc.server.onOversizedLine(long);
  expect(long.send(...BODY).map((line) => line.split(' ')[1])).toEqual(['417', ':Closing']);
  const latin = irc.connect();
  latin.send(Buffer.from('POST /caf\xe9 HTTP/1.1', 'latin1'));
  expect(latin.closedWith).toBe('This is an IRC server, not a web server');
  expect(irc.server.state.users.size).toBe(0);
});

it('takes such a word from a registered client for an unknown command, and a long line for a mistake', () => {
  const client = irc.join('a');
  expect(client.send('GET / HTTP/1.1')).toEqual([':irc.test 421 a GET :Unknown command']);
  irc.server.onOversizedLine(client);
  expect(client.received()).toEqual([':irc.test 417 a :Input line was too long']);
  expect(client.closedWith).toBeNull();
});
