/** For tests: a server of mail that the test reads. */
import type { Mail, MailTransport } from './mail-transport.ts';

export class Mailbox implements MailTransport {
  mails: Mail[] = [];
  /** Thrown at whoever sends. */
  problem: Error | null = null;
  tried = 0;

  async send(mail: Mail): Promise<void> {
    this.tried++;
    if (this.problem !== null) throw this.problem;
    this.mails.push(mail);
  }

  close(): void {}

  /** The cookie of the latest mail to an address. */
  cookie(to: string): string {
    const mail = this.mails.findLast((one) => one.to === to);
    const found = /COOKIE \S+ (\w{10})\n|cookie is (\w{5})\./.exec(mail?.text ?? '');
    return found?.[1] ?? found?.[2] ?? '';
  }
}
