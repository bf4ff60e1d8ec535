/** The innocent clients of the IRC server: one registers, joins nothing, and sends PING, plain or over TLS; the other connects for each sign of life. */
import { LineClient } from './line-client.ts';
import type { ConnectInnocent } from './scenario.ts';

const PONG = ' :n';

const registered =
  (secure: boolean): ConnectInnocent =>
  async (port, address, onPong, onLost) => {
    const client = new LineClient(port, address, secure);
    await client.register('innocent');
    client.onLine = (line) => {
      const at = line.indexOf(PONG);
      if (at !== -1 && line.includes(' PONG ')) onPong(Number(line.slice(at + PONG.length)));
    };
    void client.closed.then(onLost);
    return {
      ping: (number) => client.send(`PING :n${number}`),
      close: () => client.close(),
    };
  };

export const ircInnocent = registered(false);

/** The same over TLS. */
export const ircSecured = registered(true);

/** Connects anew for each ping and asks what the server is capable of, as every client does first. */
export const ircNewcomer: ConnectInnocent = async (port, address, onPong) => ({
  ping: (number) => {
    const client = new LineClient(port, address);
    client.onLine = (line) => {
      if (!line.includes(' CAP ')) return;
      onPong(number);
      client.close();
    };
    client.send('CAP LS 302');
  },
  close: () => {},
});
