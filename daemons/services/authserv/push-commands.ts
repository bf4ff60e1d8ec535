/** Commands of AuthServ about web push: the devices that an account is told by while its owner is not on the network. */
import type { CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { endpointProblem, keysProblem, PUSH_TOPICS, readTopics, serverOf } from '../push/push-device.ts';
import type { AuthWorld } from './auth-world.ts';

const NOT_HERE = 'Nothing is pushed on this network.';

export function pushCommands(world: AuthWorld): CommandRow[] {
  return [push(world), addPush(world), delPush(world)];
}

function push({ store, push: desk }: AuthWorld): CommandRow {
  return {
    name: 'PUSH',
    needs: 'account',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: [
      'Shows the devices by which you are told what happens while you are not on the network, and the key that a browser asks for.',
    ],
    run({ user }) {
      const { publicKey } = desk;
      if (publicKey === null) return [NOT_HERE];
      const devices = desk.devices.of(store.get(user.account!));
      const key: Reply = said`The key of this network (applicationServerKey) is ${publicKey}`;
      if (devices.length === 0) return [key, 'You are told by no device. ADDPUSH adds one.'];
      return [
        key,
        {
          headings: ['Number', 'Server', 'Tells of', 'Last'],
          rows: devices.map(({ id, endpoint, topics, sent, problem }) => [
            String(id),
            serverOf(endpoint),
            topics.join(','),
            problem ?? (sent === null ? '-' : new Date(sent).toUTCString()),
          ]),
        },
      ];
    },
  };
}

function addPush({ store, writes, push: desk }: AuthWorld): CommandRow {
  return {
    name: 'ADDPUSH',
    needs: 'account',
    syntax: '<endpoint> <p256dh> <auth> [topics]',
    least: 3,
    most: 4,
    effect: 'has you told by a device what happens while you are not on the network',
    help: [
      'Adds a device by what its browser gives: the endpoint of a subscription and its two keys. A browser asks for the key that PUSH shows.',
      `Topics, with commas between, are ${PUSH_TOPICS.join(', ')}: your name on a channel where you have access, an answer to your request for help, and failed logins. Without them it is all.`,
      `An account has up to ${limits.pushDevicesPerAccount.default} devices; one that is known gets other keys and topics.`,
    ],
    async run({ user, words }) {
      const { settings } = desk;
      if (settings === null) return [NOT_HERE];
      const [endpoint = '', p256dh = '', auth = '', typed] = words;
      const topics = typed === undefined ? PUSH_TOPICS : readTopics(typed);
      if (topics === null) return [said`Topics are ${PUSH_TOPICS.join(', ')}, with commas between.`];
      const problem = endpointProblem(endpoint, settings.hosts) ?? keysProblem(p256dh, auth);
      if (problem !== null) return [said`That is no device: ${problem}.`];
      const account = store.get(user.account!);
      await writes.write(() => desk.devices.add(store.still(account), { endpoint, p256dh, auth, topics }));
      desk.changed();
      return [said`You are told of ${topics.join(', ')} by a device at ${serverOf(endpoint)}.`];
    },
  };
}

function delPush({ store, writes, push: desk }: AuthWorld): CommandRow {
  return {
    name: 'DELPUSH',
    needs: 'account',
    syntax: '<number>',
    least: 1,
    most: 1,
    effect: 'has you told no more by a device',
    help: ['Takes a device away, by the number that PUSH shows.'],
    async run({ user, words }) {
      const number = /^\d{1,9}$/.test(words[0]!) ? Number(words[0]) : 0;
      const account = store.get(user.account!);
      const there = await writes.write(() => desk.devices.dropOf(store.still(account), number));
      desk.changed();
      return [
        there
          ? said`Device ${number} is told nothing more.`
          : said`You have no device ${words[0]!.slice(0, 16)}.`,
      ];
    },
  };
}
