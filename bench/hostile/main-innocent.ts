/**
 * The innocent clients of main: an operator who is logged in and keeps a connection open, and a probe that connects
 * anew each time. Their requests take turns: a status, a file of the window, the probe's `/livez`.
 */
import { Agent, type RequestOptions, request } from 'node:http';
import type { ConnectInnocent } from './scenario.ts';

const PROBE_ADDRESS = '127.0.0.3';

export const mainInnocent: ConnectInnocent = async (port, address, onPong, _onLost, token) => {
  const kept = new Agent({ keepAlive: true });
  const once = new Agent({ keepAlive: false });
  const operator = { agent: kept, localAddress: address, headers: { authorization: `Bearer ${token}` } };
  const kinds: readonly RequestOptions[] = [
    { ...operator, method: 'POST', path: '/api/status' },
    { ...operator, method: 'GET', path: '/' },
    { agent: once, localAddress: PROBE_ADDRESS, method: 'GET', path: '/livez' },
  ];
  // A connection that is lost shows as a ping without an answer: the next ping opens another.
  const ask = (number: number) =>
    new Promise<void>((resolve) => {
      const kind = kinds[number % kinds.length];
      const asked = request({ host: '127.0.0.1', port, ...kind }, (response) => {
        response.resume().once('end', () => {
          // A checkout that was not built answers 503 for the window's files: an answer all the same.
          if (response.statusCode === 200 || (kind?.path === '/' && response.statusCode === 503))
            onPong(number);
          resolve();
        });
      });
      asked.once('error', () => resolve());
      asked.end();
    });
  for (let number = 0; number < kinds.length; number++) await ask(number);
  return {
    ping: (number) => void ask(number),
    close: () => {
      kept.destroy();
      once.destroy();
    },
  };
};
