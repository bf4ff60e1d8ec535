/** How long a reload with a large file of certificates keeps the loop: it is parsed once, and TLS tries it in another turn. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSelfSigned } from './certificate-tasks.ts';
import { loadCredentials } from './tls-credentials.ts';

const seen = vi.hoisted(() => ({ turn: 0, parsed: [] as number[], tried: [] as number[] }));

vi.mock('node:crypto', async (load) => {
  const crypto = await load<typeof import('node:crypto')>();
  class X509Certificate extends crypto.X509Certificate {
    constructor(pem: string) {
      super(pem);
      seen.parsed.push(seen.turn);
    }
  }
  return { ...crypto, X509Certificate };
});
vi.mock('node:tls', async (load) => {
  const tls = await load<typeof import('node:tls')>();
  const createSecureContext: typeof tls.createSecureContext = (options) => {
    seen.tried.push(seen.turn);
    return tls.createSecureContext(options);
  };
  return { ...tls, createSecureContext };
});

let folder: string;
let counting: NodeJS.Immediate;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-turns-'));
  const next = () => {
    seen.turn++;
    counting = setImmediate(next);
  };
  next();
});
afterEach(async () => {
  clearImmediate(counting);
  await rm(folder, { recursive: true });
});

it('parses each certificate once, all in one turn, and has TLS try them in a later one', async () => {
  const pair = await createSelfSigned('irc.test');
  const issuer = await createSelfSigned('issuer.test');
  const files = { certificate: join(folder, 'c'), key: join(folder, 'k') };
  await writeFile(files.certificate, pair.cert + issuer.cert.repeat(40));
  await writeFile(files.key, pair.key);
  seen.parsed.length = 0;
  await loadCredentials('ircd.tls', files, () => {});
  expect(seen.parsed).toHaveLength(41);
  expect(new Set(seen.parsed).size).toBe(1);
  expect(seen.tried).toHaveLength(1);
  expect(seen.tried[0]).toBeGreaterThan(seen.parsed[0]!);
});
