/** No secret of any daemon's settings is shown, whatever is wrong with it and wherever it stands. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { secret } from '../../../contract/line-texts.ts';
import { defineManifest, type Manifest } from '../../../contract/manifest.ts';
import { registry } from '../../../daemons/registry.ts';
import { maskArgs } from '../records/audit-trail.ts';
import { parseConfigDocument } from './config-document.ts';
import { ConfigStore } from './config-store.ts';
import { type ConfigSchema, schemaOf } from './expectations.ts';
import type { KeyPath } from './toml-places.ts';

const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$KGAlTLwyX4s0/JXRnCLKSg$jFVxq1A9YQAGlKczJ3kb1TNHpGwFMSvYK3D4l2EJyGQ';

/** A daemon with secrets of every shape that a schema may have. */
const vault = defineManifest({
  id: 'vault',
  title: '',
  summary: '',
  metrics: [],
  commands: {},
  config: z.strictObject({
    pin: secret(z.number().int().max(10)).optional(),
    token: secret(z.string().min(40)).nullable().default(null),
    either: z.union([z.boolean(), secret(z.string().startsWith('ok'))]).optional(),
    keys: z.record(z.string(), secret(z.string().max(3))).optional(),
    whole: secret(z.strictObject({ a: z.string() })).optional(),
    pair: z.tuple([z.string(), secret(z.string().max(3))]).optional(),
  }),
});

/** Paths of all secrets that a schema knows; a list has one element, an open table the key `any`. */
function secretsOf(schema: ConfigSchema, path: KeyPath = []): KeyPath[] {
  if (schema.secret === true) return [path];
  const below = (next: ConfigSchema | undefined, key: string | number) =>
    next === undefined ? [] : secretsOf(next, [...path, key]);
  const open = schema.additionalProperties;
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, next]) => below(next, key)),
    ...(typeof open === 'object' ? below(open, 'any') : []),
    ...below(schema.items, 0),
    ...(schema.prefixItems ?? []).flatMap((next, index) => below(next, index)),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((next) => secretsOf(next, path)),
  ];
}

const places = [...registry, vault].flatMap((manifest: Manifest) =>
  secretsOf(schemaOf(manifest.config)).map((path) => [manifest, [manifest.id, ...path]] as const),
);

/** A document in which `value` stands at `path`. */
function documentWith(path: KeyPath, value: unknown): Record<string, unknown> {
  return path.reduceRight<unknown>(
    (inner, key) => (typeof key === 'number' ? [...new Array(key).fill('x'), inner] : { [key]: inner }),
    value,
  ) as Record<string, unknown>;
}

test('there are secrets to look at, those of the IRC server among them', () => {
  const keys = places.map(([, path]) => path.join('.'));
  expect(keys).toContain('ircd.oper.0.password_hash');
  expect(keys).toContain('ircd.password_hash');
  expect(keys.filter((key) => key.startsWith('vault'))).toHaveLength(6);
});

test.each(places.map(([manifest, path]) => [path.join('.'), manifest, path] as const))(
  '%s is refused without being shown, also in the wrong place and in the wrong form',
  (_name, manifest, path) => {
    const value = fc
      .string({
        unit: fc.constantFrom('a', 'B', '7', '-', '"', '\\', '#', ' ', '=', 'é'),
        minLength: 1,
        maxLength: 30,
      })
      .map((text) => `S3CR${text}T`);
    fc.assert(
      fc.property(
        value,
        fc.nat(path.length - 1),
        fc.constantFrom('text', 'list', 'table', 'number'),
        (text, up, form) => {
          const written = { text, list: [text], table: { x: text }, number: 7_319_758 }[form];
          const where = path.slice(0, path.length - up);
          const toml = stringify(documentWith(where, written));
          const secretText = form === 'number' ? '7319758' : text;
          const outcome = parseConfigDocument(toml, 'signalbox.toml', [...registry, vault]);
          const shown = outcome.ok ? outcome.result.shownText : JSON.stringify(outcome.error);
          expect(shown).not.toContain(JSON.stringify(secretText).slice(1, -1));
          expect(shown).not.toContain('S3CR');
          // What the daemon itself would say at a start.
          const parsed = manifest.config.safeParse(documentWith(where.slice(1), written));
          if (where.length > 1 && !parsed.success) expect(parsed.error.message).not.toContain('S3CR');
          // A document cut off within the secret.
          const cut = parseConfigDocument(toml.slice(0, toml.lastIndexOf('T')), 'signalbox.toml', [
            ...registry,
            vault,
          ]);
          expect(JSON.stringify(cut.ok ? cut.result.shownText : cut.error)).not.toContain('S3CR');
        },
      ),
      { numRuns: 25 },
    );
  },
);

test('a plain password in password_hash is refused without showing it', () => {
  const outcome = parseConfigDocument('[ircd]\npassword_hash = "correct-horse-battery"', 's.toml', registry);
  expect(outcome).toMatchObject({
    ok: false,
    error: {
      message:
        's.toml:2: ircd.password_hash: expected an argon2id hash; make one with: npm run -s hash-password (what is there is secret and not shown)',
    },
  });
});

test('hashes in force are masked in the settings and in the text that windows get', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-secrets-'));
  try {
    const file = join(dir, 'signalbox.toml');
    await writeFile(
      file,
      [
        '[ircd] # one',
        `password_hash = "${HASH}" # two`,
        `oper = [{ name = "ann", password_hash = '${HASH}', flags = [] }, { name = "bob", password_hash = """${HASH}""" }]`,
        '[vault]',
        'pin =    7   # three',
        'keys = { a = "abc", "b c" = "xyz" }',
        '[vault.whole]',
        'a = "x"',
      ].join('\n'),
    );
    const store = await ConfigStore.open(file, [...registry, vault]);
    expect(store.error).toBeNull();
    expect(JSON.stringify(store.effective())).not.toContain('argon2');
    expect(store.effective().ircd).toMatchObject({
      password_hash: '[redacted]',
      oper: [{ name: 'ann', password_hash: '[redacted]' }, { password_hash: '[redacted]' }],
    });
    expect(store.effective().vault).toMatchObject({ pin: '[redacted]', token: null, whole: '[redacted]' });
    // The place of a table with a header is not one value: then nothing of the text is shown.
    expect(store.current?.shownText).toBe('# Not shown: where its secrets stand is not clear.\n');
    await writeFile(file, `[ircd] # one\npassword_hash = "${HASH}" # two\n[vault]\npin =    7   # three\n`);
    await store.reload();
    expect(store.current?.shownText).toBe(
      '[ircd] # one\npassword_hash = "[redacted]" # two\n[vault]\npin =    "[redacted]"   # three\n',
    );
    expect(store.daemon('ircd')).toMatchObject({ result: { input: { password_hash: HASH } } });
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('secret arguments are masked in the audit trail, whatever wraps their schema', () => {
  const args = z.object({
    plain: z.string(),
    a: secret(z.string()).optional(),
    b: secret(z.string()).nullable().default(null),
    c: z.union([z.number(), secret(z.string())]),
  });
  expect(maskArgs(args, { plain: 'x', a: 'S', b: 'S', c: 'S' })).toEqual({
    plain: 'x',
    a: '[redacted]',
    b: '[redacted]',
    c: '[redacted]',
  });
});
