/** A host that does nothing but fork the programs it is given. Started, and killed, by orphan-guard.test.ts. */
import { createForkLauncher } from '../fork-launcher.ts';

const launcher = createForkLauncher({ entryOf: (id) => id, execPath: process.execPath });
for (const id of process.argv.slice(2)) {
  launcher.launch(
    { id, runtime: 'node' },
    {
      onMessage: () => {},
      onOutput: (_stream, line) => process.stdout.write(`${line}\n`),
      onEnd: () => {},
    },
  );
}
