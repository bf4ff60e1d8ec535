/**
 * The relay's own identity: an Ed25519 key in a PEM file that its owner alone may read, made at the first start. The key that
 * sessions are made with is another one, signed by it, and in memory alone. Used by daemon.ts and `rotate-identity`.
 */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import { FileProblem, readBoundedFile } from '../../runtime/files/bounded-file.ts';
import { makeFolder } from '../../runtime/files/make-folder.ts';
import { syncFolder } from '../../runtime/files/saved-file.ts';
import type { CryptoSuite, SigningKey } from '../noise/crypto-suite.ts';

const KEY = 'relay.security.identity_file';
const MOST_BYTES = 4_096;
const SEED_BYTES = 32;
/** Rights of the group and of others. */
const FOREIGN_RIGHTS = 0o077;

/** Where the identity is: as configured, or in the daemon's folder. */
export function identityPath(configured: string | undefined, dataDir: string): string {
  return configured === undefined ? join(dataDir, 'identity.pem') : resolve(configured);
}

/**
 * The identity in a file, which is made where there is none.
 * @throws SignalboxError `config_invalid` where it cannot be read, holds no Ed25519 key or may be read by others
 */
export async function openIdentity(suite: CryptoSuite, path: string): Promise<SigningKey> {
  try {
    return await readIdentity(suite, path);
  } catch (error) {
    if (!(error instanceof SignalboxError) || (error.cause as NodeJS.ErrnoException)?.code !== 'ENOENT')
      throw error;
  }
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw problem(path, error);
  }
  const aside = await writeAside(path);
  try {
    // Never over one that somebody else has made meanwhile.
    await link(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw problem(path, error);
  } finally {
    await unlink(aside);
  }
  await syncFolder(dirname(path));
  return await readIdentity(suite, path);
}

/** Puts a new identity into the file; the one before stands beside it, as `.previous`. */
export async function renewIdentity(suite: CryptoSuite, path: string): Promise<SigningKey> {
  const aside = await writeAside(path);
  const previous = `${path}.previous`;
  await unlink(previous).catch(() => {});
  await link(path, previous).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw problem(path, error);
  });
  await rename(aside, path).catch((error: unknown) => {
    throw problem(path, error);
  });
  await syncFolder(dirname(path));
  return await readIdentity(suite, path);
}

async function readIdentity(suite: CryptoSuite, path: string): Promise<SigningKey> {
  try {
    const { mode } = await lstat(path);
    if (process.platform !== 'win32' && (mode & FOREIGN_RIGHTS) !== 0)
      throw new FileProblem(`may be read by others (${(mode & 0o777).toString(8)}), expected 600`);
    const pem = await readBoundedFile(path, MOST_BYTES);
    const seed = seedOf(pem);
    pem.fill(0);
    const key = suite.signingKey(seed);
    seed.fill(0);
    return key;
  } catch (error) {
    throw problem(path, error);
  }
}

function seedOf(pem: Buffer): Buffer {
  let der: Buffer;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('another kind of key');
    der = key.export({ format: 'der', type: 'pkcs8' });
  } catch {
    // What the library says might hold a part of the file.
    throw new FileProblem(
      'holds no Ed25519 private key in PEM, expected one as `openssl genpkey -algorithm ed25519` makes it',
    );
  }
  const seed = Buffer.from(der.subarray(der.length - SEED_BYTES));
  der.fill(0);
  return seed;
}

/** A new key in a file beside the one that it shall be; on disk. */
async function writeAside(path: string): Promise<string> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.new`;
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const der = Buffer.concat([prefix, randomBytes(SEED_BYTES)]);
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      await file.writeFile(key.export({ format: 'pem', type: 'pkcs8' }));
      await file.sync();
    } finally {
      await file.close();
    }
    return aside;
  } catch (error) {
    throw problem(path, error);
  } finally {
    der.fill(0);
  }
}

function problem(path: string, cause: unknown): SignalboxError {
  if (cause instanceof SignalboxError) return cause;
  const { message } = cause as Error;
  return new SignalboxError('config_invalid', `${KEY}: ${path} ${message}`, { detail: { key: KEY }, cause });
}
