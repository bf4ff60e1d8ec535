/** For tests: a network of one server and the user ann, who is on #tea, to which services link. */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import type { World } from './world.ts';

const SAID = [
  'PASS :linkpw',
  'SERVER hub.test 1 900 900 J10 AB]]] +h6B :Hub',
  'AB N ann 1 950 ~ann ann.example.net +i AKAAAB ABAAA :Ann',
  'AB B #tea 900 +t ABAAA:o',
  'AB EB',
];

/** Has services link to it; it is gone when they are. */
export async function linkToNetwork(
  commands: World['commands'],
  reload: (settings: object) => Promise<unknown>,
): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(`${SAID.join('\r\n')}\r\n`);
    createInterface(socket).on('line', (line) => {
      if (line.endsWith(' EB')) socket.write('AB EA\r\n');
    });
    socket.on('close', () => server.close());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await reload({ uplink: [{ host: '127.0.0.1', port, password: 'linkpw' }] });
  const actor = { name: 'root', from: 'cli', role: 'admin' } as const;
  const call = { signal: new AbortController().signal, actor };
  const linked = async () =>
    ((await commands.runCommand('uplink', {}, call)) as { state: string }).state === 'linked';
  while (!(await linked())) await setImmediate();
}
