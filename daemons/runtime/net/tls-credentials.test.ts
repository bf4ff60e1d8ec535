import { execFileSync } from 'node:child_process';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inProcessThreads } from '../test-fixtures/in-process-threads.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { loadCredentials, selfSignedCredentials, type TlsCredentials } from './tls-credentials.ts';

let folder: string;
let files: { certificate: string; key: string };
let pair: TlsCredentials;

beforeEach(async () => {
  warnings = [];
  folder = await mkdtemp(join(tmpdir(), 'signalbox-tls-'));
  files = { certificate: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  pair = await createSelfSigned('irc.test');
  await writeFile(files.certificate, pair.cert);
  await writeFile(files.key, pair.key);
});
afterEach(() => rm(folder, { recursive: true }));

let warnings: string[];
const load = () => loadCredentials('ircd.tls', files, (text) => warnings.push(text));

/** A certificate of that validity, with its key. */
async function validBetween(from: string, to: string): Promise<TlsCredentials> {
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=irc.test',
      notBefore: new Date(from),
      notAfter: new Date(to),
      signingAlgorithm: algorithm,
      keys,
    },
    webcrypto,
  );
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
  };
}

describe('certificate and key', () => {
  test('that belong together are taken, with a chain behind the certificate', async () => {
    const chain = `${pair.cert}${(await createSelfSigned('issuer.test')).cert}`;
    await writeFile(files.certificate, `Bag Attributes: left by a tool\r\n${chain.replaceAll('\n', '\r\n')}`);
    expect(await load()).toMatchObject({ key: pair.key });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['has expired', '2020-01-01', '2021-02-03', 'expired on 2021-02-03'],
    ['is of the future', '2100-01-02', '2101-01-01', 'is valid from 2100-01-02 only'],
  ])(
    'that %s are taken with a warning: a server that does not start serves nobody',
    async (_, from, to, text) => {
      const untimely = await validBetween(from, to);
      await writeFile(files.certificate, untimely.cert);
      await writeFile(files.key, untimely.key);
      expect(await load()).toEqual(untimely);
      const certificate = `ircd.tls.certificate: ${files.certificate}`;
      expect(warnings).toEqual([`${certificate} ${text}, expected a certificate that is valid now`]);
    },
  );

  const mistakes: [string, () => Promise<unknown>, 'certificate' | 'key', string][] = [
    [
      'a missing certificate',
      () => rm(files.certificate),
      'certificate',
      'does not exist, expected a PEM file',
    ],
    ['a missing key', () => rm(files.key), 'key', 'does not exist, expected a PEM file'],
    [
      'a folder',
      async () => {
        await rm(files.key);
        await mkdir(files.key);
      },
      'key',
      'is a folder, expected a PEM file',
    ],
    [
      'a certificate that is not PEM',
      () => writeFile(files.certificate, Buffer.from([0x30, 0x82, 1, 2, 3])),
      'certificate',
      'holds no PEM certificate, expected "-----BEGIN CERTIFICATE-----"',
    ],
    [
      'an empty certificate',
      () => writeFile(files.certificate, ''),
      'certificate',
      'holds no PEM certificate',
    ],
    [
      'a damaged certificate',
      () => writeFile(files.certificate, pair.cert.replace(/\n[\w+/]{8}/, '\nAAAAAAAA')),
      'certificate',
      'holds a damaged certificate',
    ],
    [
      'a key in the place of the certificate',
      () => writeFile(files.certificate, pair.key),
      'certificate',
      'holds a private key, expected "-----BEGIN CERTIFICATE-----"',
    ],
    [
      'a certificate in the place of the key',
      () => writeFile(files.key, pair.cert),
      'key',
      'holds a certificate, expected "-----BEGIN PRIVATE KEY-----"',
    ],
    ['a key that is not PEM', () => writeFile(files.key, 'secret'), 'key', 'holds no PEM key'],
    [
      'a damaged key',
      () => writeFile(files.key, pair.key.replace(/\n[\w+/]{8}/, '\nAAAAAAAA')),
      'key',
      'holds a damaged key',
    ],
    [
      'a key with a passphrase',
      () =>
        writeFile(
          files.key,
          createPrivateKey(pair.key).export({
            type: 'pkcs8',
            format: 'pem',
            cipher: 'aes-256-cbc',
            passphrase: 'secret',
          }),
        ),
      'key',
      'is encrypted with a passphrase, expected a key without one',
    ],
    [
      'the key of another certificate',
      async () => writeFile(files.key, (await createSelfSigned('irc.test')).key),
      'key',
      '(CN=irc.test), expected its private key',
    ],
    [
      'a chain with the issuer first',
      async () => writeFile(files.certificate, `${(await createSelfSigned('issuer.test')).cert}${pair.cert}`),
      'certificate',
      "wrong order, expected the server's own first",
    ],
  ];
  test.each(mistakes)('%s: the file and what was expected are named', async (_, breakIt, what, expected) => {
    await breakIt();
    await expect(load()).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(expected),
      detail: { key: `ircd.tls.${what}` },
    });
    await expect(load()).rejects.toThrow(`ircd.tls.${what}: ${files[what]} `);
  });
});

test.each<[string, () => unknown, string]>([
  ['a pipe', () => execFileSync('mkfifo', [files.certificate]), 'is a pipe, not a regular file'],
  ['a device', () => symlink('/dev/zero', files.certificate), 'is a device, not a regular file'],
  [
    '300 kB',
    () => writeFile(files.certificate, 'x'.repeat(300_000)),
    'has 300000 bytes, the limit is 262144',
  ],
])('%s for a certificate is refused at once', async (_name, make, why) => {
  await rm(files.certificate);
  await make();
  await expect(load()).rejects.toThrow(`ircd.tls.certificate: ${files.certificate} ${why}`);
});

test('a self-signed pair stays the same, and a damaged one says which file it is', async () => {
  const made = await selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads);
  expect(await selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads)).toEqual(made);
  const file = join(folder, 'ircd-self-signed.key');
  expect(await readFile(file, 'utf8')).toBe(made.key);
  await writeFile(file, pair.key);
  await expect(selfSignedCredentials('ircd', folder, 'irc.test', inProcessThreads)).rejects.toThrow(
    `${file} does not belong`,
  );
});
