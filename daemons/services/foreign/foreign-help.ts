/** Help bots and channels of SpamServ of other services, in the terms of these. Times are Unix milliseconds. */
import type { HelpSettings } from '../helpserv/help-settings.ts';
import type { StaffRole } from '../helpserv/roles.ts';
import type { SpamSettings } from '../spamserv/spam-settings.ts';

/** What somebody did in a week. */
export interface ForeignFigures {
  /** Number of the week since 1970; 0 for all together. */
  readonly week: number;
  readonly pickedUp: number;
  readonly closed: number;
  readonly handedOn: number;
  readonly takenOn: number;
  /** Seconds. */
  readonly present: number;
}

export interface ForeignHelper {
  readonly account: string;
  readonly role: StaffRole;
  readonly figures: readonly ForeignFigures[];
}

/** A request that is open. */
export interface ForeignRequest {
  readonly number: number;
  readonly account: string;
  readonly helper: string | null;
  readonly opened: number;
  readonly assigned: number | null;
  readonly lines: readonly string[];
}

export interface ForeignHelpBot {
  readonly nick: string;
  readonly channel: string;
  readonly registered: number;
  readonly registrar: string;
  readonly used: number;
  readonly nextNumber: number;
  readonly settings: HelpSettings;
  readonly suspension: { readonly by: string; readonly reason: string; readonly until: number | null } | null;
  readonly staff: readonly ForeignHelper[];
  readonly requests: readonly ForeignRequest[];
}

/** A channel that SpamServ looks at. */
export interface ForeignSpamChannel {
  readonly channel: string;
  readonly settings: SpamSettings;
  readonly bad: readonly string[];
  readonly exceptions: readonly string[];
}

/** Somebody who may say anything. */
export interface ForeignSpamTrust {
  readonly account: string;
  /** Null for everywhere. */
  readonly channel: string | null;
  readonly by: string;
  readonly at: number;
}
