/** Starts the echo daemon. */

import type { DaemonDefinition } from '../../../../daemons/runtime/host/daemon-definition.ts';
import { disconnects } from '../../../../daemons/runtime/host/impact-text.ts';
import { Acceptor } from '../../../../daemons/runtime/net/acceptor.ts';
import { publishAcceptor } from '../../../../daemons/runtime/net/acceptor-metrics.ts';
import { Admission } from '../../../../daemons/runtime/net/admission.ts';
import { ClientList } from '../../../../daemons/runtime/net/client-list.ts';
import { oneClass } from '../../../../daemons/runtime/net/connection-classes.ts';
import type { manifest } from './manifest.ts';

type Echo = DaemonDefinition<typeof manifest.config, typeof manifest.commands>;

export const startEcho: Echo['start'] = async ({ config, metrics, touchTable }) => {
  let { greeting } = config;
  const clients = new ClientList(() => touchTable('connections'));
  const admission = new Admission({ classes: oneClass() });
  const acceptor = new Acceptor({
    key: 'echo.listen',
    protocol: 'echo',
    admission,
    onOpen(socket, seat) {
      const { id } = clients.take(socket, seat);
      const { handles, close } = metrics.instrument(
        'queue',
        { client: `${id}` },
        { bytes: { kind: 'counter', help: 'Bytes sent back', unit: 'bytes' } },
      );
      socket.on('close', close);
      socket.on('data', (bytes) => handles.bytes.add(bytes.length));
      socket.write(`${greeting}\n`);
      socket.pipe(socket);
    },
  });
  publishAcceptor(metrics, admission, () => clients.size);
  await acceptor.open(config.listen);
  return {
    listeners: () => acceptor.infos,
    commands: {
      kill: {
        check: ({ client }) => void clients.find(client),
        impact: () => disconnects(1),
        run: ({ client }) => clients.find(client).destroy(),
      },
      broadcast: {
        run({ text }) {
          for (const { socket } of clients) socket.write(`${text}\n`);
          return { clients: clients.size };
        },
      },
    },
    tables: { connections: clients.table },
    reload: (next) =>
      acceptor.begin(next.listen, null, () => {
        greeting = next.greeting;
      }),
    stopImpact: () => disconnects(clients.size),
    drain: (deadline) => acceptor.drain(clients, deadline, ({ socket }) => socket.end('bye\n')),
  };
};
