/**
 * The process of the attacker: sets one scenario up, says so, and attacks when told to. Started by run.ts with the id of
 * a scenario and the daemon's ports.
 */
import { findScenario } from './catalog.ts';
import type { AttackerMessage } from './scenario.ts';

const say = (message: AttackerMessage) => process.send?.(message);
/** Longest time of an attack. */
const LIMIT_MS = 20_000;

async function main(id: string, port: number, p10Port: number | null): Promise<void> {
  const scenario = findScenario(id);
  let deadlineMs = Number.POSITIVE_INFINITY;
  const attack = await scenario.prepare({
    port,
    p10Port,
    get deadlineMs() {
      return deadlineMs;
    },
    note: (name, value) => say({ type: 'note', name, value }),
  });
  process.once('message', () => {
    const begun = performance.now();
    deadlineMs = begun + (scenario.limitMs ?? LIMIT_MS);
    const late = new Promise((resolve) => setTimeout(resolve, scenario.limitMs ?? LIMIT_MS));
    Promise.race([attack.run(), late]).then(
      () => {
        say({ type: 'ended', seconds: (performance.now() - begun) / 1000 });
        // Told to go by the end of this process's channel.
        process.once('message', () => attack.close());
      },
      (error: unknown) => say({ type: 'failed', message: String(error) }),
    );
  });
  say({ type: 'prepared' });
}

process.on('disconnect', () => process.exit(0));
main(process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4]) || null).catch(
  (error: unknown) => {
    say({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  },
);
