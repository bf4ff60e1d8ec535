import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import { tasksAfter } from './host-state.ts';

const task = (source: string, id: number, done: number, end: SourcedTask['end'] = null): SourcedTask => ({
  ...{ source, id, title: 't', phase: '', done, total: 9, cancellable: true, end },
});

it('keeps each task once, with its newest figures, in the order in which they began, until it ends', () => {
  const news = fc.record({
    source: fc.constantFrom('a', 'b'),
    id: fc.integer({ min: 1, max: 3 }),
    done: fc.nat(9),
    end: fc.constantFrom<SourcedTask['end']>(null, null, 'done', 'failed'),
  });
  fc.assert(
    fc.property(fc.array(news, { maxLength: 20 }), (told) => {
      const known = new Map<string, number>();
      let tasks: readonly SourcedTask[] = [];
      for (const { source, id, done, end } of told) {
        tasks = tasksAfter(tasks, task(source, id, done, end));
        if (end === null) known.set(`${source}${id}`, done);
        else known.delete(`${source}${id}`);
      }
      expect(tasks.map(({ source, id, done }) => [`${source}${id}`, done])).toEqual([...known]);
    }),
  );
});
