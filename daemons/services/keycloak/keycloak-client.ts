/** A Keycloak as services use it: every operation, what is counted of them, and whether it answers at all. Made by `keycloak-desk.ts`. */
import { AdminCalls } from './admin-calls.ts';
import { AdminToken } from './admin-token.ts';
import { GroupOperations } from './group-operations.ts';
import { KeycloakCalls, type KeycloakCallsOptions } from './keycloak-calls.ts';
import { KeycloakError } from './keycloak-error.ts';
import type { KeycloakSettings } from './keycloak-settings.ts';
import { SignInOperations } from './sign-in-operations.ts';
import { UserOperations } from './user-operations.ts';

export type KeycloakClientOptions = Omit<KeycloakCallsOptions, 'probe'>;

export class KeycloakClient {
  readonly settings: KeycloakSettings;
  readonly calls: KeycloakCalls;
  readonly token: AdminToken;
  readonly signIn: SignInOperations;
  readonly users: UserOperations;
  readonly groups: GroupOperations;

  constructor(options: KeycloakClientOptions) {
    this.settings = options.settings;
    // The look asks for what logins ask, at the same place, and leaves a token for those who come then.
    const probe = async () => {
      try {
        this.token.hold(await this.signIn.probe());
      } catch (error) {
        // Whoever refuses is there.
        if (!(error instanceof KeycloakError) || error.says !== 'answer') throw error;
      }
    };
    this.calls = new KeycloakCalls({ ...options, probe });
    this.signIn = new SignInOperations(this.calls, options.settings);
    this.token = new AdminToken(options.clock, () => this.signIn.clientToken());
    const admin = new AdminCalls(this.calls, this.token);
    this.users = new UserOperations(admin);
    this.groups = new GroupOperations(admin);
  }

  /** Ends everything that is under way. May be called again. */
  async close(): Promise<void> {
    await this.calls.close();
  }
}
