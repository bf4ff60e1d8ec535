/** Who may read and write which objects. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Peer, Permissions, peerText } from './permissions.ts';

const CERTIFICATE = 'ab'.repeat(32);
const nobody: Peer = { transport: 'tcp', uid: null, gid: null, pid: null, certificate: null };
const ann: Peer = { transport: 'unix', uid: 1_000, gid: 100, pid: 4_711, certificate: null };
const holder: Peer = { ...nobody, certificate: CERTIFICATE };

describe('a rule', () => {
  const may = (names: string[], peer: Peer, proved = false) => {
    const rules = (['read', 'write'] as const).map(
      (kind) => new Permissions([{ prefix: 'a/', read: [], write: [], [kind]: names }]),
    );
    return [rules[0]!.mayRead('a/x', peer, proved), rules[1]!.mayWrite('a/x', peer, proved)];
  };

  it.each<[string, string, Peer, boolean, boolean]>([
    ['everybody', '*', nobody, false, true],
    ['the user', 'uid:1000', ann, false, true],
    ['no other user', 'uid:1001', ann, false, false],
    ['the group', 'gid:100', ann, false, true],
    ['no other group', 'gid:1000', ann, false, false],
    ['whoever has the token', 'token', nobody, true, true],
    ['nobody without the token', 'token', ann, false, false],
    ['whoever has the certificate', `certificate:${CERTIFICATE}`, holder, false, true],
    ['nobody without a certificate', `certificate:${CERTIFICATE}`, nobody, true, false],
    ['nobody as user over TCP', 'uid:0', nobody, true, false],
  ])('lets %s in, to read and to write', (_, name, peer, proved, expected) => {
    expect(may([name], peer, proved)).toEqual([expected, expected]);
  });

  it('lets nobody in where it names nobody', () => {
    expect(may([], ann, true)).toEqual([false, false]);
  });

  it('to read lets nobody write, and the other way round', () => {
    const permissions = new Permissions([{ prefix: '', read: ['*'], write: ['uid:1000'] }]);
    expect([permissions.mayWrite('a', nobody, false), permissions.mayWrite('a', ann, false)]).toEqual([
      false,
      true,
    ]);
  });
});

it('lets everybody who may connect read and write where there is no rule', () => {
  const permissions = new Permissions([]);
  expect([
    permissions.uniform,
    permissions.mayRead('a', nobody, false),
    permissions.mayWrite('a', nobody, false),
  ]).toEqual([true, true, true]);
});

it('goes by the longest prefix, in whatever order the rules stand', () => {
  const rule = (prefix: string, read: string[]) => ({ prefix, read, write: [] });
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 5 })),
      fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 6 }),
      (prefixes, uri) => {
        const permissions = new Permissions(prefixes.map((prefix) => rule(prefix, [`uid:${prefix.length}`])));
        const longest = Math.max(
          -1,
          ...prefixes.filter((prefix) => uri.startsWith(prefix)).map(({ length }) => length),
        );
        for (let uid = 0; uid < 6; uid++)
          expect(permissions.mayRead(uri, { ...ann, uid }, false)).toBe(longest < 0 || longest === uid);
      },
    ),
    { numRuns: 200 },
  );
});

it('passes over what one rule hides, and over nothing that another shows', () => {
  const rule = (prefix: string, read: string[]) => ({ prefix, read, write: [] });
  const unit = fc.constantFrom('a', 'b', '/');
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ unit, maxLength: 4 }), fc.boolean()), {
        maxLength: 6,
        selector: ([prefix]) => prefix,
      }),
      fc.array(fc.string({ unit, minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 20 }),
      (rules, uris) => {
        const permissions = new Permissions(rules.map(([prefix, shown]) => rule(prefix, shown ? ['*'] : [])));
        const reader = permissions.reader(nobody, false);
        for (const hidden of uris.filter((uri) => !reader.mayRead(uri))) {
          const behind = reader.behindHidden(hidden);
          expect(behind >= hidden).toBe(true);
          for (const uri of uris)
            if (uri > hidden && uri <= behind)
              expect(reader.mayRead(uri), `${uri} behind ${hidden}`).toBe(false);
        }
      },
    ),
    { numRuns: 300 },
  );
  const reader = new Permissions([rule('p/', [])]).reader(nobody, false);
  expect(['p/a', 'p/zzz'].every((uri) => uri <= reader.behindHidden('p/a'))).toBe(true);
  expect(reader.behindHidden('q')).toBe('q');
});

it('says who somebody is in words', () => {
  expect([nobody, ann, holder].map(peerText)).toEqual([
    '',
    'uid 1000, gid 100, pid 4711',
    'certificate abababababababab',
  ]);
});
