/** What the audit trail says of every command of every daemon, and of every request that is written down. */
import { describe, expect, it } from 'vitest';
import { CONTROL_REQUESTS } from '../contract/control/requests.ts';
import { describeManifest } from '../contract/manifest.ts';
import { allParts, readSentence } from '../contract/sentence.ts';
import { registry } from '../daemons/registry.ts';

const manifests = registry.map(describeManifest);
const commands = manifests.flatMap(({ id, commands: all }) => all.map((command) => ({ id, command })));

describe.each(commands.map(({ id, command }) => [`${id} ${command.name}`, command] as const))(
  '%s',
  (_, command) => {
    const fields = command.args.properties ?? {};
    const parts = () => allParts(readSentence(command.sentence ?? '').parts);
    const named = () => parts().flatMap((part) => (part.kind === 'argument' ? [part.name] : []));

    it('has a sentence that names all that it must be told, and nothing that there is not', () => {
      expect(command.sentence).not.toBeNull();
      const isAll = parts().some(({ kind }) => kind === 'all');
      // What a file says is not in the audit trail, so no sentence can say it.
      const isSaid = (name: string) => name !== 'kind' && fields[name]?.file === undefined;
      for (const name of command.args.required ?? [])
        if (!isAll && isSaid(name)) expect(named(), name).toContain(name);
      for (const name of named()) expect(Object.keys(fields)).toContain(name);
    });

    it('names no secret and no file, neither of its arguments nor of its result', () => {
      const secrets = [
        ...Object.keys(fields).filter(
          (name) => fields[name]?.secret === true || fields[name]?.file !== undefined,
        ),
        ...command.columns.filter(({ secret }) => secret === true).map(({ key }) => key),
      ];
      const said = parts().flatMap((part) => ('name' in part ? [part.name] : []));
      expect(said.filter((name) => secrets.includes(name))).toEqual([]);
    });

    it('is said to read where it answers with a table, and to change something where it may do harm', () => {
      if (command.result === 'table') expect(command.reads).toBe(true);
      if (command.danger !== 'safe') expect(command.reads).toBe(false);
    });
  },
);

it('what operators do by the protocol of a daemon has a sentence that can be read', () => {
  const deeds = manifests.flatMap(({ deeds }) => Object.values(deeds));
  expect(deeds.length).toBeGreaterThan(0);
  for (const deed of deeds) expect(() => readSentence(deed)).not.toThrow();
});

it('every request that is written down has a sentence, but for those that have that of a command', () => {
  const audited = Object.entries(CONTROL_REQUESTS).filter(([, { audited }]) => audited);
  const sentences = audited.map(([name, request]) => [name, 'sentence' in request ? request.sentence : null]);
  for (const [name, sentence] of sentences)
    if (name === 'command.run') expect(sentence).toBeNull();
    else expect(() => readSentence(String(sentence)), String(name)).not.toThrow();
});
