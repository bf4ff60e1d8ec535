/** Whoever changes what is written to the data folder must say so: an older program must refuse it. */
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../daemons/recorder/store/schema.ts';
import { DATA_FORMATS } from '../main/core/instance/data-format.ts';

test('the newest form of the data folder has the newest database (add a form to DATA_FORMATS with a migration)', () => {
  expect(DATA_FORMATS.at(-1)?.database).toBe(MIGRATIONS.length);
});
