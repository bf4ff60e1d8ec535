/** The masks of the state's test: each with whom it covers, said in words of its own instead of by a glob. */
import { lowerCase, type ModelMask } from './irc-model.ts';

const nickIs =
  (nick: string): ModelMask['covers'] =>
  (client) =>
    lowerCase(client.nick) === nick;
const addressIs =
  (pattern: RegExp): ModelMask['covers'] =>
  (client) =>
    pattern.test(client.address);

/** For the lists of channels. */
export const MASKS: readonly ModelMask[] = [
  { typed: 'a', shown: 'a!*@*', covers: nickIs('a') },
  { typed: 'A!*@*', shown: 'A!*@*', covers: nickIs('a') },
  { typed: 'B[', shown: 'B[!*@*', covers: nickIs('b{') },
  { typed: '*!*@192.0.2.1', shown: '*!*@192.0.2.1', covers: addressIs(/^192\.0\.2\.1$/) },
  { typed: '192.0.2.3/30', shown: '*!*@192.0.2.0/30', covers: addressIs(/^192\.0\.2\.[0-3]$/) },
  { typed: '*.example', shown: '*!*@*.example', covers: ({ host }) => host.endsWith('.example') },
  { typed: '~r:real?u1', shown: '~r:real?u1', covers: ({ realname }) => realname === 'Real u1' },
  { typed: '*!~u1@*', shown: '*!~u1@*', covers: ({ user }) => user === '~u1' },
];

/** The mask of a channel's list that a person types so. */
export function maskTyped(typed: string): ModelMask {
  return MASKS.find((mask) => mask.typed === typed)!;
}

/** For K-lines and D-lines. */
export const SERVER_MASKS: Readonly<Record<'kline' | 'dline', readonly ModelMask[]>> = {
  kline: [
    { typed: 'u1@*', shown: 'u1@*', covers: ({ user }) => user === '~u1' },
    { typed: '*@*.example', shown: '*@*.example', covers: ({ host }) => host.endsWith('.example') },
    { typed: '*@192.0.2.3/31', shown: '*@192.0.2.2/31', covers: addressIs(/^192\.0\.2\.[23]$/) },
  ],
  dline: [
    { typed: '192.0.2.2', shown: '192.0.2.2', covers: addressIs(/^192\.0\.2\.2$/) },
    { typed: '2001:db8:0::/64', shown: '2001:db8::/64', covers: addressIs(/^2001:db8::/) },
  ],
};
