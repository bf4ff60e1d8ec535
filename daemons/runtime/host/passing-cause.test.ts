import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { passingCause, startFailure } from './passing-cause.ts';

const system = (code: string) => Object.assign(new Error(`${code}: no luck`), { code });

describe('a start that failed', () => {
  it.each(['ENOSPC', 'EMFILE', 'EADDRNOTAVAIL', 'EROFS', 'EAI_AGAIN'])('for %s is tried again', (code) => {
    expect(startFailure(system(code))).toMatchObject({ code: 'unavailable', detail: { cause: code } });
  });

  it('says what it said before, also where the system error is the cause of another', () => {
    const error = new SignalboxError('init_failed', 'cannot listen on 192.0.2.7:6667', {
      detail: { port: 6667 },
      cause: system('EADDRNOTAVAIL'),
    });
    expect(startFailure(error)).toEqual({
      code: 'unavailable',
      message: 'cannot listen on 192.0.2.7:6667',
      detail: { port: 6667, cause: 'EADDRNOTAVAIL' },
    });
  });

  it.each(['EACCES', 'ENOENT', 'EADDRINUSE', 'EISDIR'])('for %s waits for a person', (code) => {
    expect(passingCause(system(code))).toBeNull();
    expect(startFailure(new SignalboxError('init_failed', 'no', { cause: system(code) })).code).toBe(
      'init_failed',
    );
  });

  it('ends a circle of causes', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(passingCause(a)).toBeNull();
  });
});
