/** A daemon for the tests of the link: it echoes, fails, hangs and drains on demand. */
import { z } from 'zod';
import { SignalboxError } from '../../../../contract/errors.ts';
import { defineCommand, defineManifest } from '../../../../contract/manifest.ts';
import { runDaemon } from '../run-daemon.ts';

const manifest = defineManifest({
  id: 'echo',
  title: 'Echo',
  summary: 'Test daemon',
  config: z.object({ greeting: z.string().default('hello'), refuse: z.boolean().default(false) }),
  metrics: [{ name: 'signalbox_echo_calls_total', kind: 'counter', unit: 'count', help: 'Calls' }],
  commands: {
    say: defineCommand({
      summary: 'Answers',
      danger: 'safe',
      access: 'operate',
      args: z.object({ text: z.string(), token: z.string().optional() }),
      result: 'text',
    }),
    print: defineCommand({
      summary: 'Writes to standard error',
      danger: 'safe',
      access: 'operate',
      args: z.object({}),
      result: 'text',
    }),
    hang: defineCommand({
      summary: 'Never answers',
      danger: 'safe',
      access: 'operate',
      args: z.object({}),
      result: 'json',
    }),
  },
  tables: {
    calls: {
      title: 'Calls',
      access: 'operate',
      rowKey: 'n',
      columns: [{ key: 'n', title: 'N', type: 'number' }],
    },
  },
});

runDaemon({
  manifest,
  async start(context) {
    let greeting = context.config.greeting;
    let calls = 0;
    if (context.config.refuse) throw new SignalboxError('address_in_use', 'The address is taken.');
    const counter = context.metrics.counter('signalbox_echo_calls_total');
    const log = context.log('echo');
    return {
      listeners: () => [{ protocol: 'echo', host: '127.0.0.1', port: 7, tls: false }],
      commands: {
        say: {
          run: ({ text, token }) => {
            calls++;
            counter.add();
            log.info('said', text, { token: token ?? null });
            context.touchTable('calls');
            return { text: `${greeting} ${text}` };
          },
          impact: ({ text }) => `says ${text}`,
        },
        print: {
          run: async () => {
            process.stderr.write('a line\n');
            // What becomes of it is known in a later turn.
            await new Promise(setImmediate);
            return { text: 'printed' };
          },
        },
        hang: { run: () => new Promise(() => {}) },
      },
      tables: { calls: { rows: () => [[calls]], total: () => 1 } },
      bytes: (channel) => {
        const echo = async () => {
          channel.open({ name: '', size: (await channel.opened).size });
          for await (const piece of channel) await channel.write(piece);
          await channel.end();
        };
        // Who asked reads why it ended.
        void echo().catch(() => {});
      },
      stopImpact: () => 'ends the echo',
      reload: async (config) => ({
        commit() {
          greeting = config.greeting;
        },
      }),
      drain: async () => {},
    };
  },
});
