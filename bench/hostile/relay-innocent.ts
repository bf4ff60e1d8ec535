/** The innocent clients of the relay: one says hello, joins nothing, and sends pings; the other connects for each sign of life. */
import { control, FrameClient } from './frame-client.ts';
import type { ConnectInnocent } from './scenario.ts';

export const relayInnocent: ConnectInnocent = async (port, address, onPong, onLost) => {
  const client = new FrameClient(port, address);
  await client.enter([]);
  client.onControl = (text) => {
    const message = JSON.parse(text) as { readonly type: string; readonly id?: unknown };
    if (message.type === 'pong') onPong(Number(message.id));
  };
  void client.closed.then(onLost);
  return {
    ping: (number) => void client.send(control({ type: 'ping', id: number })),
    close: () => client.close(),
  };
};

/** Connects anew for each ping, says hello, and asks for an answer. */
export const relayNewcomer: ConnectInnocent = async (port, address, onPong) => ({
  ping: (number) => {
    const client = new FrameClient(port, address);
    client.enter([]).then(
      () => {
        onPong(number);
        client.close();
      },
      () => {},
    );
  },
  close: () => {},
});
