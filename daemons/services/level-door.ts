/** The door through which the level of an account changes: in Keycloak too, where the account is there. */
import { SignalboxError } from '../../contract/errors.ts';
import { pending } from '../identity/account-changes.ts';
import type { ChangeOutcome, Delayed } from '../identity/elsewhere.ts';
import type { AccountStore, StoredAccount } from '../identity/store/account-store.ts';
import type { WriteTurn } from '../identity/store/write-turn.ts';
import type { ProfileStore } from './store/profile-store.ts';

/** Where levels are kept as well. */
export interface LevelsElsewhere {
  has(account: StoredAccount): boolean;
  setLevel(account: string, level: number, check: () => void): Promise<ChangeOutcome | Delayed>;
}

export interface LevelDoor {
  readonly store: AccountStore;
  readonly profiles: ProfileStore;
  readonly writes: WriteTurn;
  /** Null where levels are here alone. */
  readonly elsewhere: () => LevelsElsewhere | null;
}

/**
 * Says how much an account may do as an operator; answers what it is called.
 * @param check called within the turn in which it is done or begun, which it is not where it throws
 * @throws SignalboxError `not_found`; `unavailable` where it cannot be changed now, or not yet; `refused`
 */
export async function setLevel(
  { store, profiles, writes, elsewhere }: LevelDoor,
  account: string,
  level: number,
  check: () => void = () => {},
): Promise<string> {
  const stored = store.get(account);
  const other = elsewhere();
  if (other?.has(stored) !== true) {
    await writes.write(() => {
      check();
      profiles.setLevel(store.still(stored), level);
    });
    return stored.name;
  }
  const outcome = await other.setLevel(stored.name, level, check);
  if (outcome === 'delayed') throw pending(`The account ${stored.name} has the level ${level}`);
  if (outcome === 'done') return stored.name;
  throw new SignalboxError(
    'refused',
    outcome === 'gone'
      ? `The user of Keycloak that ${stored.name} belongs to is there no more.`
      : `Keycloak does not take the level of ${stored.name}.`,
  );
}
