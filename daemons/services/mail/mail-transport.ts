/** Hands mail to a server by SMTP. The one place that knows the library. */
import { createTransport } from 'nodemailer';
import { limits } from '../limits.ts';

/** A mail as text. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What brings mail on its way. */
export interface MailTransport {
  /** Resolves when a server has taken it. Rejects with {@link MailRefusedError} where trying again is of no use. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** A server does not take a mail, and will not take it later. */
export class MailRefusedError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'MailRefusedError';
  }
}

/** `[services.mail]`, with the password read. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly from: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly tls: 'none' | 'starttls' | 'implicit';
}

/** Makes one that keeps a connection for a while. It connects when there is something to send. */
export function smtpTransport({ host, port, from, user, password, tls }: MailSettings): MailTransport {
  const timeout = limits.mailMs.default;
  const transport = createTransport({
    pool: true,
    maxConnections: limits.mailsAtOnce.default,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: mail.to },
          subject: mail.subject,
          text: mail.text,
        });
      } catch (error) {
        const code = Number((error as { responseCode?: unknown }).responseCode);
        const why = error instanceof Error ? error.message : String(error);
        // RFC 5321 section 4.2.1: 5yz is for good, but a refused login is for who mends the settings.
        if (code >= 500 && !AUTH_CODES.has(code)) throw new MailRefusedError(why, error);
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

/** Of AUTH (RFC 4954 section 6). */
const AUTH_CODES: ReadonlySet<number> = new Set([530, 534, 535, 538]);
