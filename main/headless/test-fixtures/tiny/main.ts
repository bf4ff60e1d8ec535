/** Entry of the fixture daemon `tiny`. */
import { pbkdf2Sync } from 'node:crypto';
import { createServer } from 'node:net';
import { SignalboxError } from '../../../../contract/errors.ts';
import { runDaemon } from '../../../../daemons/runtime/host/run-daemon.ts';
import type { UnixListenEntry } from '../../../../daemons/runtime/net/listener-change.ts';
import { ListenerSet } from '../../../../daemons/runtime/net/listener-set.ts';
import { manifest } from './manifest.ts';

/** A mistake that no schema can find. */
const mistake = new SignalboxError('config_invalid', 'tiny.greeting: the greeting is wrong', {
  detail: { key: 'tiny.greeting' },
});

function spinFor(ms: number): number {
  let rounds = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) rounds++;
  return rounds;
}

/** Does not come back to JavaScript before it is done; takes some `ms`: of several tries the quickest counts, because a busy machine makes others long. */
function hashFor(ms: number): number {
  const tries = Array.from({ length: 8 }, () => {
    const start = performance.now();
    pbkdf2Sync('password', 'salt', 500, 32, 'sha512');
    return performance.now() - start;
  });
  return pbkdf2Sync('password', 'salt', Math.ceil((500 * ms) / Math.min(...tries)), 32, 'sha512').length;
}

runDaemon({
  manifest,
  async prepare({ behaviour, greeting }, { warn }) {
    if (behaviour === 'find_mistake' || greeting === 'wrong') throw mistake;
    if (greeting === 'odd') warn('odd_greeting', 'tiny.greeting: the greeting is odd');
    return undefined;
  },
  async start({ config, metrics, log, requestLifecycle, peers }) {
    process.stderr.write(`tiny starts: ${config.behaviour}\n`);
    const { behaviour } = config;
    if (behaviour === 'hang_in_init') await new Promise(() => setInterval(() => {}, 1_000));
    if (behaviour === 'crash_in_init') process.exit(9);
    if (behaviour === 'refuse') throw new SignalboxError('address_in_use', '127.0.0.1:6667 is taken.');
    if (behaviour === 'crash_soon') setTimeout(() => process.exit(5), 50);
    if (behaviour === 'spin') {
      setTimeout(() => {
        for (;;);
      }, 50);
    }
    const pokes = metrics.counter('signalbox_tiny_pokes_total');
    let greeting = config.greeting;
    const sockets = new ListenerSet<UnixListenEntry>({
      key: 'tiny.listen',
      protocol: () => 'tiny',
      create: () =>
        createServer((socket) => {
          // Who only looks whether somebody listens hears no greeting.
          socket.on('error', () => {});
          socket.end(`${greeting}\n`);
        }),
      onAcceptFailure: () => {},
    });
    await sockets.apply(config.listen);
    const logger = log('tiny');
    return {
      tables: { pokers: { rows: () => [['Ann']], total: () => 1 } },
      listeners: () => [{ protocol: 'tiny', host: '127.0.0.1', port: 7, tls: false }, ...sockets.infos],
      commands: {
        poke: {
          run({ name, times, loud }) {
            pokes.add(times);
            logger.info('poked', `poked by ${name}`, { times });
            const text = `${greeting} ${name}`;
            return { text: loud === true ? text.toUpperCase() : text };
          },
          impact: ({ times }) => (times > 1 ? `pokes ${times} times` : null),
        },
        reset: {
          check({ password }) {
            if (password === 'wrong') throw new SignalboxError('refused', 'That is not the password.');
          },
          run: () => pokes.setTotal(0),
          impact: () => `forgets ${pokes.value} pokes`,
        },
        hang: { run: () => new Promise(() => {}) },
        exit: {
          run({ code }) {
            process.stderr.write('last words\n', () => process.exit(code));
            return new Promise(() => {});
          },
        },
        list: { run: () => ({ rows: [{ name: 'evil\u001b[2J\u009b2Jname', bytes: 2048 }] }) },
        peers: { run: () => peers.all },
        block: { run: ({ ms, native }) => (native === true ? hashFor(ms) : spinFor(ms)) },
        secret: { run: () => 'secret' },
        again: {
          async run(_args, { actor }) {
            const outcome = await requestLifecycle({ action: 'reload', actor: actor.name, reason: 'test' });
            return { text: outcome.ok ? 'done' : outcome.error.message };
          },
        },
      },
      async reload(next) {
        const listeners = await sockets.change(next.listen);
        return {
          listeners,
          commit() {
            greeting = next.greeting;
            listeners.commit();
            return { renewed: ['greeting'], needRestart: ['behaviour'] };
          },
        };
      },
      stopImpact: () => (pokes.value > 0 ? `forgets ${pokes.value} pokes` : null),
      async drain() {
        sockets.close();
        if (behaviour === 'hang_in_stop') await new Promise(() => setInterval(() => {}, 1_000));
      },
    };
  },
});
