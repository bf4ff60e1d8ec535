/** The certificate that a daemon makes for itself, and mistakes of the operator's that only TLS itself finds. */
import { createPrivateKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ThreadPool } from '../async/thread-pool.ts';
import { inProcessThreads } from '../test-fixtures/in-process-threads.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { loadCredentials, lookAtSelfSigned, selfSignedCredentials } from './tls-credentials.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-self-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('is of the server and of loopback, for ten years from an hour ago, and may sign no others', async () => {
  const { cert, key } = await createSelfSigned('irc.example.org');
  const parsed = new X509Certificate(cert);
  expect(parsed.subject).toBe('CN=irc.example.org');
  expect(parsed.subjectAltName).toBe('DNS:irc.example.org, DNS:localhost, IP Address:127.0.0.1');
  expect(parsed.ca).toBe(false);
  expect(parsed.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  const [from, to] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  expect(to - from).toBe(3_650 * 86_400_000);
  // Clocks of clients that are somewhat behind are no trouble.
  expect(Math.abs(Date.now() - 3_600_000 - from)).toBeLessThan(60_000);
  const x509 = await import('@peculiar/x509');
  const usage = new x509.X509Certificate(cert).getExtension(x509.KeyUsagesExtension);
  expect([usage?.usages, usage?.critical]).toEqual([x509.KeyUsageFlags.digitalSignature, true]);
  expect(new x509.X509Certificate(cert).getExtension(x509.BasicConstraintsExtension)).toMatchObject({
    ca: false,
    critical: true,
  });
});

it('is PEM as tools take it: lines of 64 characters and one at the end', async () => {
  const { cert, key } = await createSelfSigned('a');
  for (const [pem, label] of [
    [cert, 'CERTIFICATE'],
    [key, 'PRIVATE KEY'],
  ] as const) {
    const lines = pem.split('\n');
    expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
      `-----BEGIN ${label}-----`,
      `-----END ${label}-----`,
      '',
    ]);
    const body = lines.slice(1, -2);
    expect(body.slice(0, -1).every((line) => line.length === 64)).toBe(true);
    expect(body.at(-1)!.length).toBeGreaterThan(0);
  }
});

it('is made once, in a folder that is made with it, for its owner alone', async () => {
  const deep = join(folder, 'a', 'b');
  await lookAtSelfSigned('ircd', deep);
  const made = await selfSignedCredentials('ircd', deep, 'irc.test', inProcessThreads);
  expect((await readdir(deep)).sort()).toEqual(['ircd-self-signed.crt', 'ircd-self-signed.key']);
  expect(await readFile(join(deep, 'ircd-self-signed.crt'), 'utf8')).toBe(made.cert);
  expect((await stat(join(deep, 'ircd-self-signed.key'))).mode & 0o777).toBe(0o600);
  await lookAtSelfSigned('ircd', deep);
  // Of another daemon there is none.
  await lookAtSelfSigned('relay', deep);
});

it('is made by a thread, which is started only where there is none', async () => {
  const threads = new ThreadPool({ name: 'certificates', max: 1 });
  try {
    const made = await selfSignedCredentials('ircd', folder, 'irc.example.org', threads);
    expect(new X509Certificate(made.cert).subject).toBe('CN=irc.example.org');
    expect(threads.stats()).toMatchObject({ completed: 1, submitted: 1 });
    expect(await selfSignedCredentials('ircd', folder, 'irc.example.org', threads)).toEqual(made);
    await lookAtSelfSigned('ircd', folder);
    expect(threads.stats().submitted).toBe(1);
  } finally {
    await threads.close(0);
  }
});

it('is not made where no thread can make it, and nothing is left behind then', async () => {
  const threads = new ThreadPool({ name: 'certificates', max: 1 });
  await threads.close(0);
  const making = selfSignedCredentials('ircd', join(folder, 'new'), 'irc.example.org', threads);
  await expect(making).rejects.toMatchObject({ code: 'refused' });
  expect(await readdir(folder)).toEqual([]);
});

it('is made anew where one of the two files is gone, and refused where it is damaged', async () => {
  const made = await selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads);
  await rm(join(folder, 'ircd-self-signed.key'));
  await lookAtSelfSigned('ircd', folder);
  expect((await selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads)).cert).not.toBe(
    made.cert,
  );
  await writeFile(join(folder, 'ircd-self-signed.crt'), made.cert);
  const mistake = { code: 'config_invalid', detail: { key: 'ircd.tls.key' } };
  await expect(lookAtSelfSigned('ircd', folder)).rejects.toMatchObject(mistake);
  await expect(selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads)).rejects.toMatchObject(
    mistake,
  );
});

/** Loads a pair that a test has written. */
async function load(cert: string, key: string): Promise<unknown> {
  const files = { certificate: join(folder, 'c'), key: join(folder, 'k') };
  await writeFile(files.certificate, cert);
  await writeFile(files.key, key);
  return await loadCredentials('relay.tls', files, () => {});
}

it('names both files where both are wrong', async () => {
  await expect(load('x', 'y')).rejects.toMatchObject({
    code: 'config_invalid',
    detail: {
      keys: ['relay.tls.certificate', 'relay.tls.key'],
      mistakes: [
        expect.stringContaining('holds no PEM certificate'),
        expect.stringContaining('holds no PEM key, expected "-----BEGIN PRIVATE KEY-----"'),
      ],
    },
  });
});

it.each(['X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])(
  'takes a certificate that is headed %s',
  async (label) => {
    const { cert, key } = await createSelfSigned('a');
    const renamed = cert.replaceAll('CERTIFICATE', label);
    const mistake = await load(renamed, key).catch((error: Error) => error.message);
    // Whether OpenSSL takes it in the end is its affair; it is found and is no damaged one.
    expect(String(mistake)).not.toMatch(/holds no PEM certificate/);
  },
);

it('knows keys with a passphrase of the older form too', async () => {
  const { cert } = await createSelfSigned('a');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const old = privateKey.export({
    type: 'pkcs1',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'secret',
  });
  expect(String(old)).toContain('Proc-Type: 4,ENCRYPTED');
  await expect(load(cert, String(old))).rejects.toThrow('is encrypted with a passphrase');
});

it('says that a key is too short for TLS before any listener is touched', async () => {
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 512,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=short',
      notBefore: new Date(0),
      notAfter: new Date('2100-01-01'),
      signingAlgorithm: algorithm,
      keys,
    },
    webcrypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;
  await expect(load(certificate.toString('pem'), pem)).rejects.toMatchObject({
    code: 'config_invalid',
    detail: { key: 'relay.tls.certificate' },
    message: expect.stringMatching(/cannot be used: .*too small/),
  });
});
