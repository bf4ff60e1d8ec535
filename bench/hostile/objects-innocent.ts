/** The innocent client of the object server: it copies a small object for each sign of life. */
import { connect } from 'node:net';
import { AnswerParser } from '../../daemons/objects/protocol/answer-parser.ts';
import { helloBytes, requestBytes } from '../../daemons/objects/protocol/request-writer.ts';
import { INNOCENT_OBJECT } from './object-scenarios.ts';
import type { ConnectInnocent } from './scenario.ts';

const CAPABILITIES = 3;
const DEPTH = 1_000;

export const objectsInnocent: ConnectInnocent = async (port, address, onPong, onLost) => {
  const socket = connect({ host: '127.0.0.1', port, localAddress: address, noDelay: true });
  let why = 'closed by the server';
  socket.on('error', (error) => {
    why = error.message;
  });
  await new Promise<void>((resolve, reject) => {
    const parser = new AnswerParser(
      {
        expects: () => 'content',
        onHelloAck: () => resolve(),
        onAnswer: ({ id, status }) => {
          if (status === 'ok') onPong(id);
        },
        onContent: () => {},
        onEnd: () => {},
        onClose: () => {},
        onCloseAck: () => {},
        onBroken: (broken) => socket.destroy(new Error(broken)),
      },
      { version: 2, dialect: 'programs' },
    );
    socket.on('data', (bytes: Buffer) => parser.push(bytes));
    socket.once('close', () => {
      reject(new Error(why));
      onLost(why);
    });
    socket.write(helloBytes('programs', CAPABILITIES, DEPTH));
  });
  return {
    ping: (id) => void socket.write(requestBytes(2, { id, mode: 'copy', uri: INNOCENT_OBJECT })),
    close: () => socket.destroy(),
  };
};
