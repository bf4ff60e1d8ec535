/** What mails say, in the language of the account that they are for. A catalogue may say it otherwise, as all texts of bots. */
import { type Message, said } from '../bots/reply.ts';

/** Why a mail is sent. Of a change of address two mails bring half a cookie each, where there was an address before. */
export const MAIL_KINDS = [
  'activation',
  'password_change',
  'email_change',
  'email_first_half',
  'email_second_half',
  'allowauth',
  'expiry',
] as const;
/** One of {@link MAIL_KINDS}. */
export type MailKind = (typeof MAIL_KINDS)[number];

/** What a mail is about. */
export interface MailFacts {
  readonly account: string;
  /** How services are called on the network. */
  readonly server: string;
  /** Where whoever asked for it is. */
  readonly askedFrom: string;
  /** The characters that it brings; empty where it brings none. */
  readonly cookie: string;
  /** Until when an account is kept that nobody uses, in words; empty for other mails. */
  readonly until: string;
}

/** Subject and lines. */
export interface MailText {
  readonly subject: Message;
  readonly lines: readonly Message[];
}

const NOT_YOU = said`If that was not you, do nothing: it is good for a day, and nothing happens without it.`;
const EMPTY = said``;

const TEXTS: Readonly<Record<MailKind, (facts: MailFacts) => MailText>> = {
  activation: ({ account, server, askedFrom, cookie }) => ({
    subject: said`Your account ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom} registered the account ${account} with this address.`,
      said`To confirm it, say this on the network within a day:`,
      said`    /msg AuthServ@${server} COOKIE ${account} ${cookie}`,
      EMPTY,
      said`If that was not you, do nothing: the account is gone after a day.`,
    ],
  }),
  password_change: ({ account, server, askedFrom, cookie }) => ({
    subject: said`Another password for ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom} asked for another password for the account ${account}, and has chosen one.`,
      said`If that was you, say this on the network within a day, and the password is the one that you chose:`,
      said`    /msg AuthServ@${server} COOKIE ${account} ${cookie}`,
      EMPTY,
      NOT_YOU,
    ],
  }),
  email_change: ({ account, server, askedFrom, cookie }) => ({
    subject: said`The e-mail address of ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom}, logged in to the account ${account}, changes its e-mail address.`,
      said`If that was you, say this on the network within a day:`,
      said`    /msg AuthServ@${server} COOKIE ${account} ${cookie}`,
      EMPTY,
      NOT_YOU,
    ],
  }),
  email_first_half: ({ account, server, askedFrom, cookie }) => ({
    subject: said`The e-mail address of ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom}, logged in to the account ${account}, changes its e-mail address to another one than this.`,
      said`If that was you: the first half of the cookie is ${cookie}. The second half was sent to the new address.`,
      said`With both, say this on the network within a day: /msg AuthServ@${server} COOKIE ${account} <first half><second half>`,
      EMPTY,
      NOT_YOU,
    ],
  }),
  email_second_half: ({ account, server, askedFrom, cookie }) => ({
    subject: said`The e-mail address of ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom}, logged in to the account ${account}, changes its e-mail address to this one.`,
      said`If that was you: the second half of the cookie is ${cookie}. The first half was sent to the address of before.`,
      said`With both, say this on the network within a day: /msg AuthServ@${server} COOKIE ${account} <first half><second half>`,
      EMPTY,
      NOT_YOU,
    ],
  }),
  allowauth: ({ account, server, askedFrom, cookie }) => ({
    subject: said`Logging in to ${account} on ${server}`,
    lines: [
      said`Somebody at ${askedFrom} wants to log in to the account ${account} from where it may not be used.`,
      said`If that is you, say this there within a day. It logs you in, and lets the account be used from there:`,
      said`    /msg AuthServ@${server} COOKIE ${account} ${cookie}`,
      EMPTY,
      NOT_YOU,
    ],
  }),
  expiry: ({ account, server, until }) => ({
    subject: said`Your account ${account} on ${server} is unused`,
    lines: [
      said`Nobody has logged in to the account ${account} for long. It is deleted on ${until}.`,
      said`To keep it, log in to it before. Who is away for longer says: /msg AuthServ@${server} VACATION`,
    ],
  }),
};

export function mailText(kind: MailKind, facts: MailFacts): MailText {
  return TEXTS[kind](facts);
}
