/** Mail as a real server of SMTP takes it, or does not. */
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { MailRefusedError, type MailSettings, type MailTransport, smtpTransport } from './mail-transport.ts';

interface Taken {
  readonly from: string;
  readonly to: string[];
  readonly text: string;
  readonly user: string | undefined;
  readonly secure: boolean;
}

let server: SMTPServer | null = null;
let transport: MailTransport | null = null;
const taken: Taken[] = [];

async function start(options: SMTPServerOptions = {}, settings: Partial<MailSettings> = {}): Promise<void> {
  taken.length = 0;
  server = new SMTPServer({
    disabledCommands: ['AUTH'],
    onData(stream, session, done) {
      void text(stream).then((body) => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: body,
          user: session.user,
          secure: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  transport = smtpTransport({
    host: '127.0.0.1',
    port,
    from: 'Services <services@example.net>',
    user: null,
    password: null,
    tls: 'none',
    ...settings,
  });
}

afterEach(async () => {
  transport?.close();
  await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())));
  server = null;
  transport = null;
});

const MAIL = { to: 'ann@example.org', subject: 'Grüße an {ann}', text: 'One line.\nÄnother with / and *.\n' };

it('is text to one address, from the one that is set', async () => {
  await start();
  await transport!.send(MAIL);
  expect(taken).toMatchObject([{ from: 'services@example.net', to: ['ann@example.org'], user: undefined }]);
  const [head = '', ...body] = taken[0]!.text.split('\r\n\r\n');
  expect(head).toMatch(/^From: Services <services@example\.net>$/m);
  expect(head).toMatch(/^To: ann@example\.org$/m);
  expect(head).toMatch(/^Content-Type: text\/plain; charset=utf-8$/m);
  expect(body.join('')).toContain('One line.');
});

it('never goes to a second address, whatever the one looks like', async () => {
  await start();
  await transport!.send({ ...MAIL, to: 'ann@example.org,eve@example.org' }).catch(() => {});
  expect(taken.flatMap(({ to }) => to)).not.toContain('eve@example.org');
});

it('is sent by whoever the settings name, and waits where the password is wrong', async () => {
  const auth: SMTPServerOptions = {
    disabledCommands: [],
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === 'services' && password === 'mailpw') done(null, { user: username });
      else done(new Error('Invalid username or password'));
    },
  };
  await start(auth, { user: 'services', password: 'mailpw' });
  await transport!.send(MAIL);
  expect(taken).toMatchObject([{ user: 'services' }]);
  transport!.close();
  await new Promise<void>((resolve) => server!.close(() => resolve()));
  await start(auth, { user: 'services', password: 'other' });
  const error = await transport!.send(MAIL).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(MailRefusedError);
  expect(taken).toEqual([]);
});

it.each([
  [550, true],
  [451, false],
])('that is answered %s is refused for good: %s', async (code, forGood) => {
  await start({
    onRcptTo(_address, _session, done) {
      done(Object.assign(new Error('not now'), { responseCode: code }));
    },
  });
  const error = await transport!.send(MAIL).catch((thrown: unknown) => thrown);
  expect([error instanceof Error, error instanceof MailRefusedError]).toEqual([true, forGood]);
  // What stands in a log begins with the kind of what went wrong.
  expect(String(error)).toMatch(forGood ? /^MailRefusedError: .*not now/ : /^Error: .*not now/);
});

it('goes over no connection that is not encrypted, or to a certificate that nobody knows, where TLS is asked for', async () => {
  await start({ disabledCommands: ['AUTH', 'STARTTLS'] }, { tls: 'starttls' });
  await expect(transport!.send(MAIL)).rejects.toThrow();
  transport!.close();
  await new Promise<void>((resolve) => server!.close(() => resolve()));
  await start({}, { tls: 'starttls' });
  await expect(transport!.send(MAIL)).rejects.toThrow(/certificate|self.signed/i);
  expect(taken).toEqual([]);
});

it('that nobody takes fails, and says why', async () => {
  await start();
  const { port } = server!.server.address() as AddressInfo;
  await new Promise<void>((resolve) => server!.close(() => resolve()));
  server = null;
  await expect(transport!.send(MAIL)).rejects.toThrow(new RegExp(`ECONNREFUSED.*${port}`));
});
