/** What flows ask of Keycloak, as its client does it. Errors are SignalboxErrors: `conflict`, `not_found`, `bad_request` are answers. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { HashedPassword } from '../../identity/elsewhere.ts';
import { type KeycloakDesk, LEVEL } from '../keycloak/keycloak-desk.ts';

/** A user of the realm. */
export interface DirectoryUser {
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  readonly email?: string | null | undefined;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** Attributes by name; null takes one away. */
export type AttributeChange = Readonly<Record<string, readonly string[] | null>>;

/** What is changed of a user; what is absent stays. */
export interface DirectoryChange {
  readonly username?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly attributes?: AttributeChange;
}

/** A group of the realm. */
export interface DirectoryGroup {
  readonly id: string;
  readonly name: string;
  /** Where it is, where that is said: `/irc-channels/#tea`. */
  readonly path?: string | undefined;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface Directory {
  readonly users: {
    find(username: string): Promise<DirectoryUser | null>;
    get(id: string): Promise<DirectoryUser>;
    byFingerprint(fingerprint: string): Promise<readonly DirectoryUser[]>;
    create(user: {
      readonly username: string;
      readonly email?: string;
      readonly emailVerified?: boolean;
      readonly attributes?: Readonly<Record<string, readonly string[]>>;
      readonly password?: HashedPassword;
    }): Promise<string>;
    update(id: string, change: DirectoryChange): Promise<DirectoryUser>;
    setPassword(id: string, password: HashedPassword): Promise<void>;
    delete(id: string): Promise<boolean>;
    endSessions(id: string): Promise<void>;
    join(id: string, group: string): Promise<void>;
    leave(id: string, group: string): Promise<boolean>;
    groups(id: string): Promise<readonly DirectoryGroup[]>;
  };
  readonly groups: {
    findTop(name: string): Promise<DirectoryGroup | null>;
    findChild(parent: string, name: string): Promise<DirectoryGroup | null>;
    atPath(path: readonly string[]): Promise<DirectoryGroup | null>;
    create(name: string, parent: string | null): Promise<string>;
    delete(id: string): Promise<boolean>;
    members(id: string): Promise<readonly DirectoryUser[]>;
  };
  /** Whether nobody but administrators can give a user an attribute. */
  isOnlyByAdministrators(attribute: string): Promise<boolean>;
}

/** The Keycloak that is configured at the moment of each call. Throws SignalboxError `unavailable` where none is. */
export function directoryOf(keycloak: Pick<KeycloakDesk, 'current'>): Directory {
  const open = () => {
    if (keycloak.current === null) throw new SignalboxError('unavailable', 'No Keycloak is configured.');
    return keycloak.current;
  };
  return {
    get users() {
      return open().client.users;
    },
    get groups() {
      return open().client.groups;
    },
    isOnlyByAdministrators: (attribute) => open().directory.isOnlyByAdministrators(attribute),
  };
}

/** Names in Keycloak, as X3 has them. */
export const ATTRIBUTES = {
  fingerprints: 'x509_fingerprints',
  level: LEVEL,
  groupLevel: 'x3_access_level',
  /** Which registration made the user, so that one that was cut off knows it again. */
  registration: 'signalbox_registration',
} as const;

/** The group that those of channels are in. */
export const CHANNEL_GROUPS = 'irc-channels';
/** The group of operators of the network. */
export const OPER_GROUP = 'opers';

/** The attribute of a user with their level on a channel. */
export function channelAttribute(channel: string): string {
  return `x3.channel.${channel}`;
}

/** Whether Keycloak has answered with that. */
export function isAnswer(error: unknown, code: 'conflict' | 'not_found' | 'bad_request'): boolean {
  return error instanceof SignalboxError && error.code === code;
}
