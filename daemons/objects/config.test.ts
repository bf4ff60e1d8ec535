/** The table `[objects]` as operators write it: its defaults, and which mistakes are refused with which words. */
import { expect, it } from 'vitest';
import { objectsConfig } from './config.ts';
import { LIMIT_NAMES, LIMITS } from './limits.ts';

const problems = (input: object) =>
  objectsConfig.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ??
  [];

it('listens on one Unix socket in its own folder that nobody may write to, and nowhere else', () => {
  expect(objectsConfig.parse({})).toMatchObject({
    listen: [{ path: 'objects.sock', writable: false, dialect: 'programs' }],
    concurrency_model: 'thread-pool',
    fdpass_threads: 0,
    splice_threads: 0,
    max_queue_depth: 1_000,
    access: [],
  });
});

it('fills in what an entry leaves out, for a Unix socket and for TCP', () => {
  const listen = [
    { path: '/run/o.sock', mode: '0660', group: 'www-data', writable: true, dialect: 'document' },
    { host: '127.0.0.1', port: 7080 },
  ];
  expect(objectsConfig.parse({ listen }).listen).toEqual([
    listen[0],
    { host: '127.0.0.1', port: 7080, tls: false, writable: false, dialect: 'programs', public: false },
  ]);
});

it.each(LIMIT_NAMES)('has %s as a setting with the range of the table', (name) => {
  const { min, max } = LIMITS[name];
  expect(objectsConfig.parse({ [name]: min })[name]).toBe(min);
  expect(problems({ [name]: min - 1 })).toHaveLength(1);
  if (max < Number.MAX_SAFE_INTEGER) expect(problems({ [name]: max + 1 })).toHaveLength(1);
});

it.each(['', '/', 'sockets/', '/run/', '../objects.sock', 'a/../../b', 'a\nb', 'a\0b', '\u202eb'])(
  'takes no socket at %j',
  (path) => expect(objectsConfig.safeParse({ listen: [{ path }] }).success).toBe(false),
);

it.each(['objects.sock', 'sockets/a.sock', './a', '/run/signalbox/objects.sock', 'ö.sock'])(
  'takes a socket at %j',
  (path) => expect(objectsConfig.safeParse({ listen: [{ path }] }).success).toBe(true),
);

it('wants no place twice', () => {
  expect(problems({ listen: [{ path: 'a.sock' }, { path: './a.sock' }] })).toEqual([
    'listen.1: expected a place of its own; listen[0] has it already',
  ]);
});

it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org'])(
  'does not serve everybody at %s by accident',
  (host) => {
    expect(problems({ listen: [{ host, port: 7080 }] })).toEqual([
      'listen.0.host: expected a loopback address such as "127.0.0.1", or token_file, or tls with client_fingerprints in [objects.tls], because everybody who reaches it could read; public = true allows that',
    ]);
    const tls = { certificate: 'c.pem', key: 'k.pem' };
    expect(problems({ listen: [{ host, port: 7080, tls: true }], tls })).toHaveLength(1);
    const client_fingerprints = ['0'.repeat(64)];
    expect(problems({ listen: [{ host, port: 7080 }], tls: { ...tls, client_fingerprints } })).toHaveLength(
      1,
    );
    expect(
      problems({ listen: [{ host, port: 7080, tls: true }], tls: { ...tls, client_fingerprints } }),
    ).toEqual([]);
    expect(problems({ listen: [{ host, port: 7080, token_file: 'token' }] })).toEqual([]);
    expect(problems({ listen: [{ host, port: 7080, public: true }] })).toEqual([]);
  },
);

it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost', 'LOCALHOST'])('serves %s without a token', (host) => {
  expect(problems({ listen: [{ host, port: 7080 }] })).toEqual([]);
});

it('wants a certificate for a listener with TLS', () => {
  expect(problems({ listen: [{ host: '127.0.0.1', port: 7080, tls: true }] })).toEqual([
    'listen.0.tls: expected [objects.tls] with certificate and key',
  ]);
});

it('wants fingerprints as they are compared', () => {
  const tls = (fingerprint: string) => ({ certificate: 'c', key: 'k', client_fingerprints: [fingerprint] });
  expect(problems({ tls: tls('AB'.repeat(32)) })).toHaveLength(1);
  expect(problems({ tls: tls('ab:'.repeat(32)) })).toHaveLength(1);
  expect(problems({ tls: tls('ab'.repeat(32)) })).toEqual([]);
});

it('knows whom a rule may name, and lets everybody read and nobody write where a rule says nothing', () => {
  expect(objectsConfig.parse({ access: [{ prefix: 'a/' }] }).access).toEqual([
    { prefix: 'a/', read: ['*'], write: [] },
  ]);
  const names = ['*', 'token', 'uid:0', 'gid:1000', `certificate:${'ab'.repeat(32)}`];
  expect(problems({ access: [{ prefix: '', read: names, write: names }] })).toEqual([]);
  for (const name of ['ann', 'uid:', 'uid:ann', 'uid:-1', 'certificate:ab', 'everybody', ''])
    expect(problems({ access: [{ prefix: '', read: [name] }] }), name).not.toEqual([]);
});

it('takes no second rule, quota or class of one name, and no prefix that no URI begins with', () => {
  expect(problems({ access: [{ prefix: 'a' }, { prefix: 'a' }] })).toEqual([
    'access.1.prefix: expected a prefix of its own; an earlier entry has it',
  ]);
  expect(problems({ quota: [{ prefix: 'a' }, { prefix: 'a' }] })).toHaveLength(1);
  expect(problems({ access: [{ prefix: '/a' }] })).toHaveLength(1);
  const entry = { name: 'one', match: ['unix:', '10.0.0.0/8'] };
  expect(problems({ class: [entry] })).toEqual([]);
  expect(problems({ class: [entry, entry] })).toEqual([
    'class.1.name: expected a name of its own; an earlier class has it',
  ]);
  expect(problems({ class: [{ name: 'x', match: ['unix'] }] })).toHaveLength(1);
});

it('takes as many threads as a pool may have, and no more', () => {
  for (const name of ['fdpass_threads', 'splice_threads']) {
    expect(problems({ [name]: 32 })).toEqual([]);
    expect(problems({ [name]: 33 })).toHaveLength(1);
    expect(problems({ [name]: -1 })).toHaveLength(1);
    expect(problems({ [name]: 1.5 })).toHaveLength(1);
  }
  expect(problems({ concurrency_model: 'fibers' })).toHaveLength(1);
});
