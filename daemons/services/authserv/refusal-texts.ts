/** What people read who are not let in, do not get an account or do not get another password. */
import type { LoginAnswer, PasswordAnswer, RegisterAnswer } from '../../../contract/accounts.ts';

import { counted, type Message, phrase, said } from '../bots/reply.ts';

type Answer = LoginAnswer | PasswordAnswer | RegisterAnswer;
type Refused<Of extends Answer> = Extract<Of, { readonly kind: 'refused' }>;
type Why<Of extends Answer> = Refused<Of>['why'];

const LOGIN: Readonly<Record<Why<LoginAnswer>, string>> = {
  credentials: 'The account or the password is wrong.',
  malformed: 'That can be no account or no password.',
  mechanism: 'That way to log in is not known here.',
  suspended: 'The account is suspended.',
  host: 'The account may not be used from where you are: its owner has set host masks.',
  max_logins: 'As many clients as may be are logged in to the account.',
  throttled: 'Too many attempts failed.',
  incomplete:
    'The account is not ready: log in once where your password is kept, in a browser, and do what is asked there.',
  unavailable: 'The login service is unavailable. Try again later.',
};

const REGISTER: Readonly<Record<Why<RegisterAnswer>, string>> = {
  exists: 'There is an account of that name already.',
  bad_name: 'An account is called like a nick: letters, digits and []\\`_^{|}-, and no digit first.',
  weak: 'The password is too short, or is the name of the account.',
  bad_password: 'That can be no password.',
  bad_email: 'That is no e-mail address.',
  throttled: 'Too many accounts were registered from where you are.',
  full: 'No more accounts are registered here.',
  unavailable:
    'The account cannot be made now: the login service or the disk does not answer. Nothing was registered; try again later.',
  pending:
    'The login service does not answer now. The account is made by itself when it does: log in to it then.',
};

const PASSWORD: Readonly<Record<Why<PasswordAnswer>, string>> = {
  ...LOGIN,
  credentials: 'The old password is wrong.',
  weak: REGISTER.weak,
  bad_password: REGISTER.bad_password,
  unavailable: 'The password could not be changed. Try again later.',
  pending: 'The login service does not answer now. The password is changed by itself when it does.',
};

function withWait(text: string, seconds: number): Message {
  if (seconds === 0) return phrase(text);
  return said`${phrase(text)} Try again in ${counted(seconds, 'second', 'seconds')}.`;
}

export function loginRefusal({ why, retrySeconds }: Refused<LoginAnswer>): Message {
  return withWait(LOGIN[why], retrySeconds);
}

export function registerRefusal({ why, retrySeconds }: Refused<RegisterAnswer>): Message {
  return withWait(REGISTER[why], retrySeconds);
}

export function passwordRefusal({ why, retrySeconds }: Refused<PasswordAnswer>): Message {
  return withWait(PASSWORD[why], retrySeconds);
}
