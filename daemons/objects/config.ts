/** The `[objects]` table of the configuration file. Limits are generated from the table in limits.ts. */
import { z } from 'zod';
import { filePath, lineText, lineWord } from '../../contract/line-texts.ts';
import { UNIX_ADDRESS } from '../runtime/net/connection-classes.ts';
import { AddressRanges, parseCidr } from '../runtime/net/ip-address.ts';
import {
  CLASS_LIMIT_NAMES,
  type ClassLimitName,
  FIXED_LIMITS,
  LIMIT_NAMES,
  LIMITS,
  type LimitName,
} from './limits.ts';
import { objectsListen } from './listen-entries.ts';

/** How work is shared out between threads; see docs/objects.md. */
export const CONCURRENCY_MODELS = [
  'thread-pool',
  'thread-per-connection',
  'thread-per-request',
  'work-stealing',
  'async',
  'auto',
] as const;
/** One of {@link CONCURRENCY_MODELS}. */
export type ConcurrencyModel = (typeof CONCURRENCY_MODELS)[number];

/** The range that limits.ts allows for a limit. */
export function limitNumber(name: LimitName) {
  const limit = LIMITS[name];
  return z.number().int().min(limit.min).max(limit.max).describe(limit.reason);
}

const limitFields = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, limitNumber(name).default(LIMITS[name].default)]),
) as Record<LimitName, z.ZodDefault<z.ZodNumber>>;

/** A number of threads of a pool; 0 leaves it to the server. */
export const threadCount = () => z.number().int().min(0).max(FIXED_LIMITS.pool_threads.default);

/** What the beginning of a URI may be, and what a rule or a quota is for. */
const prefix = lineText({ min: 0, max: FIXED_LIMITS.uri_bytes.default }).refine(
  (text) => !text.startsWith('/'),
  { error: 'expected the beginning of a URI without its first "/", such as "private/"; "" is every object' },
);

/** Whom a rule may name: everybody, a user or a group of this machine, who has proved the token, a client certificate. */
const WHO = /^(?:\*|token|(?:uid|gid):\d{1,10}|certificate:[0-9a-f]{64})$/;

const who = z.array(
  lineWord({ max: 80 }).refine((text) => WHO.test(text), {
    error:
      'expected "*", "token", "uid:1000", "gid:1000" or "certificate:" with 64 hexadecimal digits of its SHA-256',
  }),
);

const accessRule = z.strictObject({
  prefix: prefix.describe('Objects whose URI begins with it; of several rules the longest prefix counts'),
  read: who.default(['*']).describe('Who may get, stat and list them'),
  write: who.default([]).describe('Who may put and delete them, on a listener that is writable'),
});

const quota = z.strictObject({
  prefix: prefix.describe('Objects whose URI begins with it'),
  bytes: z.number().int().min(0).optional().describe('What they may take together'),
  objects: z.number().int().min(0).optional().describe('How many there may be'),
});

const classEntry = z.strictObject({
  name: lineText({ max: 64 }),
  match: z
    .array(
      z.string().refine((text) => text === UNIX_ADDRESS || parseCidr(text) !== null, {
        error: 'expected an address, a range such as 10.0.0.0/8, or "unix:" for clients of Unix sockets',
      }),
    )
    .min(1)
    .describe('Ranges of client addresses, or "unix:"; the first class that matches wins'),
  throttle: z.boolean().default(true).describe('Whether connects per address are limited'),
  max_connections: z.number().int().min(0).optional().describe('Connections of this class at once'),
  ...(Object.fromEntries(CLASS_LIMIT_NAMES.map((name) => [name, limitNumber(name).optional()])) as Record<
    ClassLimitName,
    z.ZodOptional<z.ZodNumber>
  >),
});

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, {
  error: 'expected the SHA-256 of a certificate: 64 hexadecimal digits in lower case, without colons',
});

export const objectsConfig = z
  .strictObject({
    root: filePath()
      .optional()
      .describe(
        'Folder of the objects, each a file at its URI; a relative path lies in the folder objects/ of the data directory. "store" where absent',
      ),
    cache_dir: filePath()
      .optional()
      .describe(
        'Folder on a faster disk than that of root, for copies of objects that are read often, of `cache_bytes` together; a relative path lies in the data directory. No copies where absent',
      ),
    listen: objectsListen.describe('Where clients connect'),
    concurrency_model: z
      .enum(CONCURRENCY_MODELS)
      .default('thread-pool')
      .describe('How the work of connections is shared out between threads'),
    fdpass_threads: threadCount()
      .default(0)
      .describe('Threads that own connections and pass descriptors; 0 is one for each core'),
    splice_threads: threadCount()
      .default(0)
      .describe('Threads that read ahead for SPLICE; 0 is two for each core'),
    tls: z
      .strictObject({
        certificate: filePath(),
        key: filePath(),
        client_fingerprints: z
          .array(fingerprint)
          .default([])
          .describe('SHA-256 of the client certificates that are let in; with none nobody is asked for one'),
      })
      .optional()
      .describe(
        'PEM files for the listeners with `tls = true`; relative paths begin where Signalbox was started',
      ),
    create_on_fdpass: z
      .boolean()
      .default(false)
      .describe(
        'Whether FDPASS of a URI that does not exist makes an empty object and hands out a descriptor to write into it, as the original programs have it: in their dialect, on a writable listener, for whoever may write there. What is written so is no put: it is not checked against quotas, and readers see it half written',
      ),
    access: z
      .array(accessRule)
      .max(FIXED_LIMITS.access_rules.default)
      .default([])
      .describe('Who may read and write what; without a rule everybody who may connect reads all'),
    class: z
      .array(classEntry)
      .default([])
      .describe('Connection classes; a default class always follows them'),
    quota: z
      .array(quota)
      .max(FIXED_LIMITS.access_rules.default)
      .default([])
      .describe('Quotas of parts of the store, beside those of the whole'),
    ...limitFields,
  })
  .superRefine((config, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    config.listen.forEach((entry, index) => {
      if ('path' in entry) return;
      if (entry.tls && config.tls === undefined)
        complain(['listen', index, 'tls'], 'expected [objects.tls] with certificate and key');
      const proved =
        entry.token_file !== undefined || (entry.tls && (config.tls?.client_fingerprints.length ?? 0) > 0);
      if (!proved && !entry.public && !isLoopback(entry.host))
        complain(
          ['listen', index, 'host'],
          'expected a loopback address such as "127.0.0.1", or token_file, or tls with client_fingerprints in [objects.tls], because everybody who reaches it could read; public = true allows that',
        );
    });
    config.class.forEach(({ name }, index) => {
      if (config.class.findIndex((earlier) => earlier.name === name) < index)
        complain(['class', index, 'name'], 'expected a name of its own; an earlier class has it');
    });
    for (const name of ['access', 'quota'] as const)
      config[name].forEach((entry, index) => {
        if (config[name].findIndex((earlier) => earlier.prefix === entry.prefix) < index)
          complain([name, index, 'prefix'], 'expected a prefix of its own; an earlier entry has it');
      });
  });

/** The table with defaults filled in. */
export type ObjectsConfig = z.output<typeof objectsConfig>;
/** One entry of `access`. */
export type AccessRule = z.output<typeof accessRule>;

const LOOPBACK = new AddressRanges(
  ['127.0.0.0/8', '::1'].map((text) => parseCidr(text)).filter((block) => block !== null),
);

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || LOOPBACK.has(host);
}
