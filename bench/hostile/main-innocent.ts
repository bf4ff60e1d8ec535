/**
 * The innocent clients of main: an operator who is logged in and asks over a connection that is kept and over new ones, as
 * a browser does, and a probe that connects anew each time. Their requests take turns: a status and a file of the window
 * over the kept connection, a status with the headers of a browser over a new one, the probe's `/livez`.
 */
import { Agent, type RequestOptions, request } from 'node:http';
import type { ConnectInnocent } from './scenario.ts';

const PROBE_ADDRESS = '127.0.0.3';

/** What makes a browser's request longer than what is handed to the parser at once. */
const BROWSER_HEADERS = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en-US;q=0.9,en;q=0.8',
  'sec-ch-ua': '"Chromium";v="130", "Google Chrome";v="130", "Not?A_Brand";v="99"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'same-origin',
};

export const mainInnocent: ConnectInnocent = async (port, address, onPong, _onLost, token) => {
  const kept = new Agent({ keepAlive: true });
  const once = new Agent({ keepAlive: false });
  const operator = { agent: kept, localAddress: address, headers: { authorization: `Bearer ${token}` } };
  const kinds: readonly RequestOptions[] = [
    { ...operator, method: 'POST', path: '/api/status' },
    { ...operator, method: 'GET', path: '/' },
    {
      ...operator,
      agent: once,
      method: 'POST',
      path: '/api/status',
      headers: { ...operator.headers, ...BROWSER_HEADERS },
    },
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
