/** Who helps at a help bot, and what each may do there: trial, helper, manager, owner, and operators of services above all. */

/** From the least on. */
export const ROLES = ['trial', 'helper', 'manager', 'owner', 'oper'] as const;

/** What somebody is at a help bot. */
export type Role = (typeof ROLES)[number];

/** What a person can be made; operators are it by their level. */
export type StaffRole = Exclude<Role, 'oper'>;

/** From this level on an account does anything at any help bot, by way of HelpServ. */
export const OPER_LEVEL = 800;

/** What somebody is called who is this: `a helper`, `an owner`. */
export function oneOf(role: Role): string {
  return `${role.startsWith('o') ? 'an' : 'a'} ${role}`;
}

/** Whether somebody is at least this; null is who does not help there. */
export function isAtLeast(role: Role | null, least: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether somebody is above another, and may change what that one is. */
export function isAbove(role: Role | null, other: Role): boolean {
  return role !== null && ROLES.indexOf(role) > ROLES.indexOf(other);
}

/** The role that a word means; null for none that a person can be made. */
export function staffRole(word: string): StaffRole | null {
  const role = ROLES.find((one) => one === word.toLowerCase());
  return role === undefined || role === 'oper' ? null : role;
}
