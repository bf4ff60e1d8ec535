/** A day of services on our own IRC server, with all that runs as processes of their own. */
import { stringify } from 'smol-toml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLIENTS, clientsLogIn } from './test-client-logins.ts';
import { Day, DayProxies } from './test-day.ts';
import { TestSignalbox } from './test-signalbox.ts';

/** Of the password `teapot`. */
const OPER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$chIx893qHIAq4mYh+Q20rg$eN+uHSbHCRQHNx5ms9QGeDIpK3gufkC//YBlzva6A5k';

let proxies: DayProxies;
let whole: TestSignalbox | undefined;

beforeAll(async () => {
  proxies = await DayProxies.start();
  whole = await TestSignalbox.start(`
[[ircd.oper]]
name = "boss"
password_hash = "${OPER_HASH}"

${stringify({ services: { sockcheck: proxies.settings } })}
`);
});
afterAll(async () => {
  await whole?.close();
  await proxies.close();
});

it('people have channels, bans, help and peace of services on our own IRC server', async () => {
  const run = (command: string, args: object = {}) => whole!.run('services', command, args);
  await expect.poll(() => run('uplink')).toMatchObject({ state: 'linked' });
  const day = new Day({
    port: await whole!.ircPort(),
    services: 'services.signalbox.local',
    oper: 'OPER boss teapot',
    run,
  });
  await day.live(proxies);
  // What was done by itself is in the audit trail as what people do is.
  await expect
    .poll(() => whole!.ask('audit.query', { text: proxies.open }))
    .toMatchObject({ entries: [{ actor: 'SockCheck', outcome: 'done' }] });
});

it.runIf(CLIENTS.length > 0)('WeeChat and irssi log in by SASL on our own IRC server', () =>
  clientsLogIn(whole!),
);
