/** For tests: what can happen among people who use AuthServ and log in by SASL, a step each. */
import type { CookieKind as AnyCookie } from '../store/cookie-store.ts';
import type { PASSWORDS } from './test-crowd.ts';

export type Owner = keyof typeof PASSWORDS;
export type CookieKind = Exclude<AnyCookie, 'activation'>;
export type Mechanism = 'PLAIN' | 'EXTERNAL' | 'SCRAM-SHA-256' | 'OAUTHBEARER';

/** What people ask for. `target`: `*nick` of the one with that number. */
export type Ask =
  | { readonly say: 'AUTH'; readonly account: Owner | 'fay'; readonly right: boolean }
  | { readonly say: 'PASS' | 'UNREGISTER'; readonly right: boolean }
  | { readonly say: 'ADDCERTFP' }
  | { readonly say: 'REGISTER'; readonly name: number }
  | { readonly say: 'COOKIE'; readonly account: Owner; readonly kind: CookieKind; readonly right: boolean }
  | { readonly say: 'CONFIRM'; readonly right: boolean }
  | {
      readonly say: 'LEVEL' | 'PASSWORD' | 'EMAIL' | 'RENAME' | 'OUNREGISTER';
      readonly target: Owner | number;
    };

/** What administrators do: an account is somebody else's from then on, is suspended, or loses who is logged in to it. */
export type Administered = { readonly do: 'taken' | 'suspend' | 'logoutAll'; readonly account: Owner };

/** What somebody does who is there. */
export type Moved =
  | { readonly do: 'rename'; readonly who: number; readonly nick: number }
  | { readonly do: 'leave' | 'logout'; readonly who: number };

export type Step =
  | { readonly do: 'ask'; readonly who: number; readonly ask: Ask }
  | {
      readonly do: 'come' | 'replace';
      readonly who: number;
      readonly as: Owner | null;
      readonly nick: number;
    }
  | Moved
  | { readonly do: 'open'; readonly nth: number }
  | Administered
  | { readonly do: 'split' | 'relink' | 'hold' }
  | {
      readonly do: 'sasl';
      readonly who: number;
      readonly mechanism: Mechanism;
      readonly account: Owner | 'fay';
      readonly right: boolean;
    }
  | { readonly do: 'abort'; readonly who: number };
