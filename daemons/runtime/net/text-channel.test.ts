/** A channel over something that is no stream keeps its messages in order, and tells who reads when it ends. */
import { expect, it } from 'vitest';
import { TextChannel } from './text-channel.ts';

async function read(channel: TextChannel): Promise<string[]> {
  const heard: string[] = [];
  for await (const message of channel) heard.push(message);
  return heard;
}

it('gives what arrives in order until it is closed, and sends what is written', async () => {
  const sent: string[] = [];
  let reachable = true;
  const send = (message: string) => {
    if (reachable) sent.push(message);
    return reachable;
  };
  const channel = new TextChannel({ send, waiting: 10 });
  channel.push('one');
  const heard = read(channel);
  channel.push('two');
  await new Promise((resolve) => setImmediate(resolve));
  channel.push('three');
  await new Promise((resolve) => setImmediate(resolve));
  await channel.write('answer');
  reachable = false;
  await expect(channel.write('lost')).rejects.toMatchObject({ code: 'unavailable' });
  channel.close();
  channel.push('late');
  expect([await heard, sent, channel.closed]).toEqual([['one', 'two', 'three'], ['answer'], true]);
  await expect(channel.write('late')).rejects.toMatchObject({ code: 'unavailable' });
});

it('ends where more waits than may', async () => {
  const channel = new TextChannel({ send: () => true, waiting: 2 });
  for (const one of ['a', 'b', 'c']) channel.push(one);
  expect([channel.closed, await read(channel)]).toEqual([true, []]);
});
