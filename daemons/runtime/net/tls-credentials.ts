/**
 * Where the certificate of TLS listeners comes from: the operator's files, or a self-signed one that is written to
 * the data directory once, so that its fingerprint stays the same. Used by daemons at start and on reload.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { MistakeCollector } from '../../../contract/config-mistakes.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import { poolTask } from '../async/pool-task.ts';
import type { ThreadPool } from '../async/thread-pool.ts';
import { FileProblem, readBoundedFile } from '../files/bounded-file.ts';
import { replaceFile } from '../files/saved-file.ts';
import { limits } from '../limits.ts';
import type * as tasks from './certificate-tasks.ts';

/** PEM text, as `tls.createSecureContext` takes it. */
export interface TlsCredentials {
  readonly cert: string;
  readonly key: string;
}

/** Where the two are, as the configuration names them. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

const createTask = poolTask<typeof tasks.createSelfSigned>(
  new URL('certificate-tasks.ts', import.meta.url),
  'createSelfSigned',
);

/** What PEM text holds. */
interface ParsedPair {
  /** The server's own, and its chain. */
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
  readonly key: KeyObject;
}

/**
 * The operator's files, as named in the table `table` of the configuration, such as `ircd.tls`. A certificate outside its
 * time is taken all the same, and `warn` is told: its clients complain, but a server that does not start serves nobody.
 * @throws SignalboxError `config_invalid` that names the key of the configuration (also as `detail.key`), the file that is
 *   wrong and what was expected; with both where both are wrong, see {@link MistakeCollector}
 */
export async function loadCredentials(
  table: string,
  files: TlsFiles,
  warn: (text: string) => void,
): Promise<TlsCredentials> {
  const mistakes = new MistakeCollector();
  const cert = await mistakes.attempt(() => readPem(table, 'certificate', files.certificate));
  const key = await mistakes.attempt(() => readPem(table, 'key', files.key));
  // Each is looked at also where the other is wrong.
  const certificates =
    cert === null ? null : await mistakes.attempt(() => parseCertificates(table, files.certificate, cert));
  const privateKey = key === null ? null : await mistakes.attempt(() => parseKey(table, files.key, key));
  mistakes.settle();
  const credentials = { cert: cert!, key: key! };
  const parsed = { certificates: certificates!, key: privateKey! };
  const { validFrom, validTo } = await checkPair(table, files, credentials, parsed);
  const now = Date.now();
  const warnOf = (text: string) =>
    warn(`${table}.certificate: ${files.certificate} ${text}, expected a certificate that is valid now`);
  if (Date.parse(validTo) < now) warnOf(`expired on ${day(validTo)}`);
  if (Date.parse(validFrom) > now) warnOf(`is valid from ${day(validFrom)} only`);
  return credentials;
}

async function readPem(table: string, what: keyof TlsFiles, file: string): Promise<string> {
  try {
    // What stands around the blocks may be in any encoding.
    return (await readBoundedFile(file, limits.pemFileBytes.default)).toString('latin1');
  } catch (cause) {
    if (!(cause instanceof FileProblem)) throw cause;
    throw mistake(table, what, `${file} ${cause.message}, expected a PEM file`, cause);
  }
}

/** Refuses what TLS would refuse, before any listener is touched; returns the server's own certificate. */
async function checkPair(
  table: string,
  files: TlsFiles,
  { cert, key }: TlsCredentials,
  { certificates: [leaf, ...chain], key: privateKey }: ParsedPair,
): Promise<X509Certificate> {
  if (!leaf.checkPrivateKey(privateKey)) {
    if (chain.some((other) => other.checkPrivateKey(privateKey))) {
      const text = `${files.certificate} has its certificates in the wrong order, expected the server's own first`;
      throw mistake(table, 'certificate', text);
    }
    const subject = leaf.subject.replaceAll('\n', ', ');
    const text = `${files.key} does not belong to the certificate in ${files.certificate} (${subject}), expected its private key`;
    throw mistake(table, 'key', text);
  }
  // The largest file takes some 4 ms to parse, and TLS as long to take it. Files as they are take 0.5 ms together: a thread, which
  // takes 80 ms of CPU to start, would save nobody anything.
  await nextTurn();
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    // Such as a key that is too short for OpenSSL's security level.
    const why = cause instanceof Error ? cause.message : String(cause);
    throw mistake(
      table,
      'certificate',
      `${files.certificate} and ${files.key} cannot be used: ${why}`,
      cause,
    );
  }
  return leaf;
}

function parseCertificates(
  table: string,
  file: string,
  pem: string,
): [X509Certificate, ...X509Certificate[]] {
  const blocks =
    pem.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END [A-Z0-9 ]+-----/g) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, ...others];
  } catch (cause) {
    const text = `${file} holds a damaged certificate, expected a PEM certificate, with its chain behind it`;
    throw mistake(table, 'certificate', text, cause);
  }
  const found = pem.includes('PRIVATE KEY-----') ? 'holds a private key' : 'holds no PEM certificate';
  const text = `${file} ${found}, expected "-----BEGIN CERTIFICATE-----"`;
  throw mistake(table, 'certificate', text);
}

function parseKey(table: string, file: string, pem: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    const text = `${file} is encrypted with a passphrase, expected a key without one (openssl pkey -in OLD -out NEW)`;
    throw mistake(table, 'key', text);
  }
  if (!pem.includes('PRIVATE KEY-----')) {
    const found = pem.includes('-----BEGIN CERTIFICATE-----') ? 'holds a certificate' : 'holds no PEM key';
    throw mistake(table, 'key', `${file} ${found}, expected "-----BEGIN PRIVATE KEY-----"`);
  }
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw mistake(table, 'key', `${file} holds a damaged key, expected a PEM private key`, cause);
  }
}

function mistake(table: string, what: keyof TlsFiles, text: string, cause?: unknown): SignalboxError {
  const key = `${table}.${what}`;
  return new SignalboxError('config_invalid', `${key}: ${text}`, { detail: { key }, cause });
}

/** When the server's own certificate ends, Unix seconds. */
export function certificateEnd({ cert }: TlsCredentials): number {
  return Date.parse(new X509Certificate(cert).validTo) / 1_000;
}

/** What operators are shown of the certificate. */
export function certificateFacts({ cert }: TlsCredentials, nowMs: number) {
  const {
    subject,
    issuer,
    subjectAltName = '',
    validFrom,
    validTo,
    fingerprint256,
  } = new X509Certificate(cert);
  const oneLine = (name: string) => name.replaceAll('\n', ', ');
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return {
    subject: oneLine(subject),
    names: subjectAltName,
    issuer: subject === issuer ? 'itself' : oneLine(issuer),
    validFrom: from,
    validTo: to,
    remaining: Math.round((to - nowMs) / 1_000),
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** Such as `2026-11-20`. */
function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}

/** Checks the self-signed certificate of a daemon, where there is one. Throws like {@link selfSignedCredentials}. */
export async function lookAtSelfSigned(id: string, dataDirectory: string): Promise<void> {
  const { files, found } = await readSelfSigned(id, dataDirectory);
  if (found !== null) await checkSelfSigned(id, files, found);
}

async function checkSelfSigned(id: string, files: TlsFiles, found: TlsCredentials): Promise<void> {
  const table = `${id}.tls`;
  const certificates = parseCertificates(table, files.certificate, found.cert);
  await checkPair(table, files, found, { certificates, key: parseKey(table, files.key, found.key) });
}

async function readSelfSigned(
  id: string,
  dataDirectory: string,
): Promise<{ readonly files: TlsFiles; readonly found: TlsCredentials | null }> {
  const files = {
    certificate: join(dataDirectory, `${id}-self-signed.crt`),
    key: join(dataDirectory, `${id}-self-signed.key`),
  };
  try {
    const found = {
      cert: await readFile(files.certificate, 'utf8'),
      key: await readFile(files.key, 'utf8'),
    };
    return { files, found };
  } catch {
    return { files, found: null };
  }
}

/**
 * The self-signed certificate of the daemon `id` in its data directory; it is made when none is there, by one of `threads`.
 * @throws SignalboxError `config_invalid` when the files there are damaged; without them new ones are made
 */
export async function selfSignedCredentials(
  id: string,
  dataDirectory: string,
  serverName: string,
  threads: Pick<ThreadPool, 'run'>,
): Promise<TlsCredentials> {
  const { files, found } = await readSelfSigned(id, dataDirectory);
  if (found === null) {
    const created = await threads.run(createTask, serverName);
    await mkdir(dataDirectory, { recursive: true });
    await replaceFile(files.key, created.key);
    await replaceFile(files.certificate, created.cert);
    return created;
  }
  await checkSelfSigned(id, files, found);
  return found;
}
