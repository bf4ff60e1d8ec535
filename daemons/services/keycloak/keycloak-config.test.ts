import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { type KeycloakConfig, keycloakConfigSchema } from './keycloak-config.ts';
import { keycloakSettings } from './keycloak-settings.ts';

let dataDir: string;
let warned: string[];
const WHOLE = { url: 'https://id.example.net', realm: 'irc', client_id: 'signalbox', client_secret: 'hush' };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'signalbox-keycloak-config-'));
  warned = [];
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const settings = (config: object) =>
  keycloakSettings(keycloakConfigSchema.parse(config) as KeycloakConfig, {
    dataDir,
    warn: (event, message) => warned.push(`${event}: ${message}`),
  });

it('takes where Keycloak is, with a path before its own, and the secret from a file', async () => {
  expect(await settings(WHOLE)).toEqual({
    origin: 'https://id.example.net',
    basePath: '',
    realm: 'irc',
    clientId: 'signalbox',
    clientSecret: 'hush',
    ca: null,
  });
  writeFileSync(join(dataDir, 'keycloak.secret'), 'from-a-file\n');
  const { client_secret: _, ...without } = WHOLE;
  const read = {
    ...without,
    url: 'https://id.example.net:8443/auth/',
    client_secret_file: 'keycloak.secret',
  };
  expect(await settings(read)).toMatchObject({
    origin: 'https://id.example.net:8443',
    basePath: '/auth',
    clientSecret: 'from-a-file',
  });
  expect(warned).toEqual([]);
});

it('says what is wrong with it, and never the secret', async () => {
  const problems = (config: object) => {
    const { error } = keycloakConfigSchema.safeParse(config);
    return JSON.stringify(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []);
  };
  for (const url of ['id.example.net', 'ftp://a.b', 'https://u:p@a.b', 'https://a.b/?x=1', 'https://a.b/#x'])
    expect(problems({ ...WHOLE, url }), url).toContain('url: expected where Keycloak answers');
  expect(problems({ ...WHOLE, realm: 'a/b' })).toContain('realm: expected the name of a realm');
  const both = problems({ ...WHOLE, client_secret_file: 'x' });
  expect(both).toContain('expected either client_secret or client_secret_file');
  expect(both).not.toContain('hush');
  const { client_secret: _, ...without } = WHOLE;
  expect(problems(without)).toContain('expected either client_secret or client_secret_file');
  await expect(settings({ ...without, client_secret_file: 'none' })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('services.keycloak.client_secret_file'),
  });
});

it('reads certificates of authorities, and refuses a file that has none', async () => {
  const { cert } = await createSelfSigned('id.example.net');
  writeFileSync(join(dataDir, 'ca.pem'), cert);
  writeFileSync(join(dataDir, 'empty.pem'), 'nothing\n');
  writeFileSync(join(dataDir, 'bad.pem'), cert.replace('\nMI', '\nAA'));
  expect((await settings({ ...WHOLE, ca_file: 'ca.pem' })).ca).toBe(cert);
  for (const [file, why] of [
    ['empty.pem', 'holds no certificate, expected PEM'],
    ['bad.pem', 'holds something that is no certificate'],
    ['none.pem', 'does not exist'],
  ])
    await expect(settings({ ...WHOLE, ca_file: file }), file).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { key: 'services.keycloak.ca_file' },
      message: expect.stringContaining(why!),
    });
});

it('warns where passwords would go over a network in clear', async () => {
  for (const url of ['http://127.0.0.1:8080', 'http://[::1]', 'http://localhost:80'])
    await settings({ ...WHOLE, url });
  expect(warned).toEqual([]);
  await settings({ ...WHOLE, url: 'http://id.example.net' });
  expect(warned).toEqual([
    expect.stringMatching(/^keycloak_in_clear: services.keycloak.url: .*expected https/),
  ]);
});
