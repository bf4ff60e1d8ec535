import { expect, it } from 'vitest';
import { survivesLostOutput } from './lost-output.ts';

it('takes an error of its output or of its errors for no reason to end', () => {
  const streams = [process.stdout, process.stderr];
  const before = streams.map((stream) => stream.listeners('error'));
  survivesLostOutput();
  try {
    streams.forEach((stream, at) => {
      const added = stream.listeners('error').filter((listener) => !before[at]!.includes(listener));
      expect(added).toHaveLength(1);
      expect(() => stream.emit('error', new Error('EPIPE'))).not.toThrow();
    });
  } finally {
    streams.forEach((stream, at) => {
      for (const listener of stream.listeners('error'))
        if (!before[at]!.includes(listener)) stream.off('error', listener as () => void);
    });
  }
});
