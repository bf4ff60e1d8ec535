import { describe, expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { passingCause, startFailure } from './passing-cause.ts';

const system = (code: string) => Object.assign(new Error(`${code}: no luck`), { code });

describe('a start that failed', () => {
  it.each([
    'ENOSPC',
    'EDQUOT',
    'EIO',
    'EROFS',
    'EMFILE',
    'ENFILE',
    'ENOMEM',
    'ENOBUFS',
    'EAGAIN',
    'EBUSY',
    'ETXTBSY',
    'EADDRNOTAVAIL',
    'EAI_AGAIN',
  ])('for %s is tried again', (code) => {
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

  /** An error with so many others between it and a full disk. */
  const behind = (between: number) => {
    let error: Error = system('ENOSPC');
    for (let n = 0; n < between; n++) error = new Error('no', { cause: error });
    return error;
  };

  it('is looked into as deep as eight causes', () => {
    expect(passingCause(behind(7))).toBe('ENOSPC');
    expect(passingCause(behind(8))).toBeNull();
  });

  it('keeps the words and the detail of one that says itself that it passes', () => {
    const error = new SignalboxError('unavailable', 'locked', {
      detail: { file: 'x' },
      cause: system('EBUSY'),
    });
    expect(startFailure(error)).toEqual({ code: 'unavailable', message: 'locked', detail: { file: 'x' } });
  });

  it('may be anything that was thrown, and a code that is no text means nothing', () => {
    expect(['ENOSPC', null, { code: 'ENOSPC' }].map(passingCause)).toEqual([null, null, null]);
    expect(passingCause(Object.assign(new Error('x'), { code: 28 }))).toBeNull();
    expect(startFailure('gone wrong')).toEqual({ code: 'internal', message: 'gone wrong' });
  });
});
