/** The innocent client of the IRC server: registers, joins nothing, and sends PING. */
import { LineClient } from './line-client.ts';
import type { ConnectInnocent } from './scenario.ts';

const PONG = ' :n';

export const ircInnocent: ConnectInnocent = async (port, address, onPong, onLost) => {
  const client = new LineClient(port, address);
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
