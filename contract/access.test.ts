/** What each role may do, and what somebody reads who may not. */
import { expect, test } from 'vitest';
import { ACCESS_LEVELS, accessDenial, mayAccess, ROLES } from './access.ts';

test('a viewer reads, an operator operates too, an admin does all', () => {
  const granted = ROLES.map((role) => ACCESS_LEVELS.filter((access) => mayAccess(role, access)).join());
  expect(granted).toEqual(['read', 'read,operate', 'read,operate,admin']);
});

test('a refusal names what was needed, the role that asked and what to do', () => {
  expect(accessDenial('operator', 'operate', 'ircd kill')).toBeNull();
  expect(accessDenial('operator', 'admin', 'config.reload')).toEqual({
    code: 'access_denied',
    message:
      'config.reload needs the access "admin"; the role "operator" has read, operate. Ask somebody with a role that has it.',
    detail: { access: 'admin', role: 'operator' },
  });
});
