/**
 * Who may do what. Every control request, admin command and live table names the access that it needs; a role has some of
 * them. Checked by the access gate of main/core, and for live tables by the process that serves them.
 */
import type { WireError } from './errors.ts';

/**
 * `read`: states, figures and logs. `operate`: the daily work on a network, and what shows who its users are. `admin`:
 * settings, files and other people's sessions.
 */
export const ACCESS_LEVELS = ['read', 'operate', 'admin'] as const;
/** One of {@link ACCESS_LEVELS}. */
export type Access = (typeof ACCESS_LEVELS)[number];

/** What a person or program is to this instance. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** What each role has. */
export const ROLE_ACCESS: Readonly<Record<Role, readonly Access[]>> = {
  viewer: ['read'],
  operator: ['read', 'operate'],
  admin: ['read', 'operate', 'admin'],
};

/** Whether a role has an access. */
export function mayAccess(role: Role, access: Access): boolean {
  return ROLE_ACCESS[role].includes(access);
}

/**
 * Why `role` may not do something; null when it may.
 * @param what begins the sentence, such as `daemon.stop`
 */
export function accessDenial(role: Role, access: Access, what: string): WireError | null {
  if (mayAccess(role, access)) return null;
  const has = ROLE_ACCESS[role].join(', ');
  const message = `${what} needs the access "${access}"; the role "${role}" has ${has}. Ask somebody with a role that has it.`;
  return { code: 'access_denied', message, detail: { access, role } };
}
