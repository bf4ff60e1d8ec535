/** The client against a relay that is written here: what it says, and what becomes of each thing that it is told. */
import { expect, it } from 'vitest';
import { FrameSplitter, framed } from './frame-splitter.ts';
import { type ClientOptions, type Control, RelayClient, type RelayMessage } from './relay-client.ts';

interface Said extends Control {
  readonly id: number;
  readonly type: string;
}

/** Connects a plain client; `answer` is told every control frame that it sends. */
function connect(answer: (said: Said, relay: Relay) => void, more: Partial<ClientOptions> = {}) {
  const relay = new Relay(answer);
  const notices: Control[] = [];
  const messages: RelayMessage[] = [];
  const ends: (string | null)[] = [];
  const client = RelayClient.over(
    {
      mode: 'rooms',
      sealing: null,
      onNotice: (notice) => notices.push(notice),
      onMessage: (message) => messages.push(message),
      onClose: (error) => ends.push(error === null ? null : error.name),
      ...more,
    },
    (events) => {
      relay.events = events;
      return { send: (bytes) => relay.take(bytes), close: () => relay.closed++ };
    },
  );
  return { relay, client, notices, messages, ends };
}

class Relay {
  events!: { receive(bytes: Uint8Array): void; closed(error: Error | null): void };
  closed = 0;
  readonly data: string[] = [];
  readonly #frames: FrameSplitter;

  constructor(answer: (said: Said, relay: Relay) => void) {
    this.#frames = new FrameSplitter(
      () => 1 << 20,
      (payload) => {
        if (payload[0] === 0) answer(JSON.parse(Buffer.from(payload.subarray(1)).toString()) as Said, this);
        else this.data.push(Buffer.from(payload).toString('latin1'));
      },
    );
  }

  take(bytes: Uint8Array): void {
    this.#frames.push(bytes);
  }

  say(message: object, kind = '\0'): void {
    this.events.receive(framed(Buffer.from(`${kind}${JSON.stringify(message)}`)));
  }
}

const welcoming = (said: Said, relay: Relay) => {
  if (said.type === 'hello') relay.say({ type: 'welcome', id: said.id, peer: said.peer ?? 'assigned' });
};

it('says hello as it is told to, and is who the relay says', async () => {
  const heard: Said[] = [];
  const both = (said: Said, relay: Relay) => {
    heard.push(said);
    welcoming(said, relay);
  };
  const named = await connect(both, { peer: 'ann', presence: true, mode: 'direct' }).client;
  const unnamed = await connect(both).client;
  expect([named.peer, unnamed.peer, named.relay]).toEqual(['ann', 'assigned', null]);
  expect(heard).toEqual([
    { type: 'hello', id: 1, mode: 'direct', peer: 'ann', features: ['presence'] },
    { type: 'hello', id: 1, mode: 'rooms', features: [] },
  ]);
  expect(named.welcome).toMatchObject({ type: 'welcome' });
});

it('gives each request its own answer, in any order, and its own error', async () => {
  const asked: Said[] = [];
  const { client: connecting, relay } = connect((said, to) => {
    welcoming(said, to);
    asked.push(said);
  });
  const client = await connecting;
  const [joined, left, list] = [
    client.join('den'),
    client.leave('den'),
    client.request('list', { limit: 1 }),
  ];
  expect(asked.slice(1)).toEqual([
    { type: 'join', room: 'den', id: 2 },
    { type: 'leave', room: 'den', id: 3 },
    { type: 'list', limit: 1, id: 4 },
  ]);
  relay.say({ type: 'rooms', id: 4 });
  relay.say({ type: 'error', id: 3, code: 'not_member', message: 'Not there.' });
  relay.say({ type: 'joined', id: 2 });
  expect(await list).toMatchObject({ type: 'rooms' });
  expect(await joined).toMatchObject({ type: 'joined' });
  await expect(left).rejects.toMatchObject({
    name: 'RelayRefusedError',
    code: 'not_member',
    message: 'Not there.',
  });
});

it('sends data with names and an id, and tells how many took it', async () => {
  const { client: connecting, relay } = connect(welcoming);
  const client = await connecting;
  const sent = [client.toRoom('den', 'hello'), client.toPeer('bob', Uint8Array.of(65)), client.toAll('')];
  expect(relay.data).toEqual(['\x12\0\0\0\x02\x03denhello', '\x13\0\0\0\x03\x03bobA', '\x14\0\0\0\x04']);
  for (const [id, delivered] of [
    [2, 5],
    [3, 1],
    [4, 0],
  ])
    relay.say({ type: 'ack', id, delivered });
  expect(await Promise.all(sent)).toEqual([5, 1, 0]);
});

it('hears messages of every kind, notices and pings, and passes over what is none', async () => {
  const pongs: Said[] = [];
  const {
    client: connecting,
    relay,
    messages,
    notices,
  } = connect((said, to) => {
    welcoming(said, to);
    if (said.type === 'pong') pongs.push(said);
  });
  await connecting;
  for (const said of ['\x01echo', '\x02\x03den\x03bobhi', '\x03\x03bobhi', '\x04\x02bo', '\x05x', '', '\0{'])
    relay.events.receive(framed(Buffer.from(said, 'latin1')));
  expect(
    messages.map(({ payload, ...rest }) => [...Object.values(rest), Buffer.from(payload).toString()]),
  ).toEqual([
    ['echo', null, null, 'echo'],
    ['room', 'den', 'bob', 'hi'],
    ['direct', null, 'bob', 'hi'],
    ['broadcast', null, 'bo', ''],
  ]);
  relay.say({ type: 'ping' });
  relay.say({ type: 'notice', text: 'soon' });
  relay.say({ type: 'error', id: null, code: 'kicked', message: 'Out.' });
  expect(pongs).toEqual([{ type: 'pong' }]);
  expect(notices.map(({ type }) => type)).toEqual(['notice', 'error']);
});

it('is refused with the reason of the relay, also where that has no kind byte, and tells nobody else', async () => {
  for (const kind of ['\0', '']) {
    const { client, relay, ends } = connect((_, to) =>
      to.say({ type: 'error', id: null, code: 'banned', message: 'Go away.' }, kind),
    );
    await expect(client).rejects.toMatchObject({ name: 'RelayRefusedError', code: 'banned' });
    expect([relay.closed, ends]).toEqual([1, []]);
  }
});

it('ends for whoever waits, and says why: the connection, or this side', async () => {
  const lost = connect(welcoming);
  const client = await lost.client;
  const waiting = client.join('den');
  lost.relay.events.closed(new Error('reset'));
  lost.relay.events.closed(null);
  await expect(waiting).rejects.toThrow('The connection to the relay ended: reset');
  expect([lost.ends, lost.relay.closed]).toEqual([['RelayConnectionError'], 1]);
  await expect(client.join('den')).rejects.toMatchObject({ name: 'RelayConnectionError' });

  const left = connect(welcoming);
  const other = await left.client;
  const asked = other.request('list');
  other.close();
  other.close();
  await expect(asked).rejects.toThrow('The connection to the relay was closed.');
  expect([left.ends, left.relay.closed]).toEqual([[null], 1]);

  const early = connect((_, relay) => relay.events.closed(null));
  await expect(early.client).rejects.toThrow('The connection to the relay ended.');
  expect(early.ends).toEqual([]);
});
