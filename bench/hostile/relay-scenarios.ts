/**
 * Attacks on the relay: frames by members, presence by members, lists by rooms, frames that are never finished, and
 * members that do not read. Everybody is in the default class with the default limits.
 */
import { connectionFlood } from './connection-flood.ts';
import { control, FrameClient, frame, toRoom } from './frame-client.ts';
import type { Scenario, Target } from './scenario.ts';

/** An innocent client that connects fifty times a second is more than the throttle lets in, and would measure that. */
const NEWCOMERS = { class: [{ name: 'innocent', match: ['127.0.0.2/32'], throttle: false, flood: false }] };

/** Connections of one address. */
const PER_ADDRESS = 250;
/** Connections that are opened at a time. */
const LANES = 50;

const addressOf = (index: number) => `127.1.${Math.floor(index / PER_ADDRESS)}.1`;
/** The address of those who attack with what they send. */
const SENDER = '127.2.0.1';

/** So many clients; each does what `then` says before it counts. */
async function crowd(
  { port }: Target,
  count: number,
  then: (client: FrameClient, index: number) => Promise<unknown>,
  address: (index: number) => string = addressOf,
): Promise<FrameClient[]> {
  const clients: FrameClient[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      const client = new FrameClient(port, address(index));
      clients[index] = client;
      await then(client, index);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return clients;
}

/** Resolves when the relay has worked off everything that a client sent, or has ended it. */
function worked(client: FrameClient): Promise<unknown> {
  const answered = client.waitFor('"worked"');
  void client.send(control({ type: 'ping', id: 'worked' }));
  return answered.catch(() => {});
}

/** Sends the same bytes again and again until the deadline. */
async function repeat(client: FrameClient, bytes: Buffer, target: Target): Promise<void> {
  const over = Promise.race([client.closed, untilDeadline(target)]);
  while (client.lost === null && performance.now() < target.deadlineMs)
    await Promise.race([client.send(bytes), over]);
}

const untilDeadline = ({ deadlineMs }: Target) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, deadlineMs - performance.now())));

const closing = (clients: readonly FrameClient[]) => () => {
  for (const client of clients) client.close();
};

const left = (clients: readonly FrameClient[]) => clients.filter(({ lost }) => lost === null).length;

/** One sender and a room of members that may or may not read. */
function toMembers(members: number, frames: number, payload: string, reading: boolean): Scenario['prepare'] {
  return async (target) => {
    const others = await crowd(target, members, async (client) => {
      await client.enter(['hall']);
      if (!reading) client.socket.pause();
    });
    const [sender] = await crowd(
      target,
      1,
      (client) => client.enter(['hall']),
      () => SENDER,
    );
    const bytes = Buffer.concat(Array.from({ length: frames }, () => toRoom('hall', payload)));
    return {
      async run() {
        if (sender === undefined) return;
        void sender.send(bytes);
        await Promise.race([worked(sender), untilDeadline(target)]);
        target.note('members left', left(others));
      },
      close: closing(sender === undefined ? others : [...others, sender]),
    };
  };
}

/** So many clients that ask for a list without a pause, where there are 1,024 rooms. */
function lists(clients: number, request: object): Scenario['prepare'] {
  return async (target) => {
    const hosts = await crowd(target, 16, (client, index) =>
      client.enter(Array.from({ length: 64 }, (_, room) => `room-${index}-${room}`)),
    );
    const askers = await crowd(
      target,
      clients,
      (client) => client.enter([]),
      () => SENDER,
    );
    const bytes = Buffer.concat(Array.from({ length: 2_000 }, () => control({ type: 'list', ...request })));
    return {
      async run() {
        await Promise.all(askers.map((asker) => repeat(asker, bytes, target)));
        target.note(
          'lists answered',
          askers.reduce((sum, asker) => sum + asker.frames, 0),
        );
      },
      close: closing([...hosts, ...askers]),
    };
  };
}

export const relayScenarios: readonly Scenario[] = [
  {
    id: 'relay-calm',
    title: 'Nobody attacks: what the machine itself makes of a ping',
    daemon: 'relay',
    limitMs: 5_000,
    prepare: async (target) => ({ run: () => untilDeadline(target), close: () => {} }),
  },
  {
    id: 'relay-frames',
    title: 'One member sends 20,000 frames of 10 bytes at once to 500 others',
    daemon: 'relay',
    prepare: toMembers(500, 20_000, '0123456789', true),
  },
  {
    id: 'relay-unread',
    title: 'The same to 1,000 members that do not read',
    daemon: 'relay',
    memory: true,
    prepare: toMembers(1_000, 20_000, '0123456789', false),
  },
  {
    id: 'relay-slow-readers',
    title: '1,000 members that do not read, 8,000 frames of 500 bytes',
    daemon: 'relay',
    memory: true,
    limitMs: 30_000,
    prepare: toMembers(1_000, 8_000, 'x'.repeat(500), false),
  },
  {
    id: 'relay-direct-unread',
    title: '1,000 clients that do not read, 3 MiB of direct frames to each',
    daemon: 'relay',
    memory: true,
    limitMs: 40_000,
    async prepare(target) {
      const receivers = await crowd(target, 1_000, async (client, index) => {
        void client.send(control({ type: 'hello', mode: 'direct', peer: `r${index}` }));
        await client.waitFor('"welcome"');
        client.socket.pause();
      });
      const senders = await crowd(
        target,
        8,
        async (client) => {
          void client.send(control({ type: 'hello', mode: 'direct' }));
          await client.waitFor('"welcome"');
        },
        (index) => `127.2.0.${index + 1}`,
      );
      const payload = Buffer.alloc(65_536, 'x');
      return {
        async run() {
          const over = untilDeadline(target);
          await Promise.all(
            senders.map(async (sender, lane) => {
              for (let round = 0; round < 48; round++)
                for (let index = lane; index < receivers.length; index += senders.length) {
                  if (sender.lost !== null || performance.now() > target.deadlineMs) return;
                  const name = `r${index}`;
                  const sent = sender.send(frame(`\x03${String.fromCharCode(name.length)}${name}`, payload));
                  await Promise.race([sent, over]);
                }
              await Promise.race([worked(sender), over]);
            }),
          );
          target.note('receivers left', left(receivers));
        },
        close: closing([...receivers, ...senders]),
      };
    },
  },
  {
    id: 'relay-presence',
    title: '300 members are told of presence; one client joins and leaves without end',
    daemon: 'relay',
    async prepare(target) {
      const members = await crowd(target, 300, (client) => client.enter(['hall'], ['presence']));
      const [guest] = await crowd(
        target,
        1,
        (client) => client.enter([]),
        () => SENDER,
      );
      const once = Buffer.concat([
        control({ type: 'join', room: 'hall' }),
        control({ type: 'leave', room: 'hall' }),
      ]);
      const bytes = Buffer.concat(Array.from({ length: 1_000 }, () => once));
      return {
        run: async () => {
          if (guest !== undefined) await repeat(guest, bytes, target);
        },
        close: closing(guest === undefined ? members : [...members, guest]),
      };
    },
  },
  {
    id: 'relay-departures',
    title: '1,000 members that are told of presence leave at once',
    daemon: 'relay',
    async prepare(target) {
      const members = await crowd(target, 1_500, (client) => client.enter(['hall'], ['presence']));
      const [leaving, staying] = [members.slice(0, 1_000), members.slice(1_000)];
      return {
        async run() {
          const last = staying.at(-1);
          if (last === undefined) return;
          let seen = 0;
          const told = new Promise<void>((resolve) => {
            last.onControl = (text) => {
              if (text.includes('"left"') && ++seen === leaving.length) resolve();
            };
          });
          for (const client of leaving) client.close();
          await Promise.race([told, untilDeadline(target)]);
          target.note('departures seen', seen);
        },
        close: closing(members),
      };
    },
  },
  {
    id: 'relay-list',
    title: '1,024 rooms, one client asks for the list without a pause',
    daemon: 'relay',
    limitMs: 10_000,
    prepare: lists(1, {}),
  },
  {
    id: 'relay-list-offset',
    title: '1,024 rooms, 8 clients ask for the list from 1,000,000 on without a pause',
    daemon: 'relay',
    limitMs: 10_000,
    prepare: lists(8, { offset: 1_000_000 }),
  },
  {
    id: 'relay-unfinished',
    title: '1,500 clients of one address begin a frame of 1 MiB and do not finish it',
    daemon: 'relay',
    memory: true,
    async prepare(target) {
      const clients = await crowd(
        target,
        1_500,
        (client) => new Promise<void>((resolve) => client.socket.once('connect', () => resolve())),
        () => SENDER,
      );
      const begun = Buffer.alloc(4 + 1_048_000);
      begun.writeUInt32BE(1_048_576);
      return {
        async run() {
          await Promise.race([
            Promise.all(clients.map((client) => Promise.race([client.send(begun), client.closed]))),
            untilDeadline(target),
          ]);
          // Those that are closed for it hear of it a moment later.
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          target.note('clients left', left(clients));
        },
        close: closing(clients),
      };
    },
  },
  {
    id: 'relay-connections',
    title: '400 clients of one address that connect and close in a loop',
    daemon: 'relay',
    config: NEWCOMERS,
    anew: true,
    limitMs: 5_000,
    prepare: connectionFlood({ clients: 400, addressOf: () => '127.1.0.1', closes: true }),
  },
  {
    id: 'relay-refused',
    title: '400 clients of one address that connect and wait until they are closed, in a loop',
    daemon: 'relay',
    config: NEWCOMERS,
    anew: true,
    limitMs: 5_000,
    prepare: connectionFlood({ clients: 400, addressOf: () => '127.1.0.1', closes: false }),
  },
];
