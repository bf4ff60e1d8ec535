import { describe, expect, it } from 'vitest';
import type { JsonFieldSchema, JsonObjectSchema } from '../../contract/manifest.ts';
import { formFields, initialValues, parseForm } from './form-values.ts';

const schema = (
  properties: Readonly<Record<string, JsonFieldSchema>>,
  required: readonly string[] = [],
): JsonObjectSchema => ({ type: 'object', properties, required });

describe('the form of a command', () => {
  it('gives each argument the control that fits', () => {
    const fields = formFields(
      schema({
        nick: { type: 'string' },
        password: { type: 'string', secret: true },
        limit: { type: 'integer' },
        order: { type: 'string', enum: ['a', 'b'] },
        force: { type: 'boolean' },
        masks: { type: 'array' },
      }),
    );
    expect(fields.map((field) => field.kind)).toEqual([
      'text',
      'secret',
      'number',
      'choice',
      'switch',
      'list',
    ]);
  });

  it('names arguments in words', () => {
    const labels = formFields(schema({ maxConnections: {}, send_queue: {}, 'ban-id': {} })).map(
      (field) => field.label,
    );
    expect(labels).toEqual(['Max connections', 'Send queue', 'Ban id']);
  });

  it('begins with what is given, else with defaults', () => {
    const fields = formFields(
      schema({
        nick: { type: 'string' },
        reason: { type: 'string', default: 'bye' },
        force: { type: 'boolean', default: true },
        limit: { type: 'integer', default: 5 },
      }),
    );
    expect(initialValues(fields, { nick: 'ann' })).toEqual({
      nick: 'ann',
      reason: 'bye',
      force: true,
      limit: '5',
    });
  });

  it('does not ask for what has a default, even where the schema requires it', () => {
    const [field] = formFields(schema({ reason: { type: 'string', default: 'bye' } }, ['reason']));
    expect(field?.required).toBe(false);
  });

  it('leaves out what is empty and optional, and says what is missing', () => {
    const fields = formFields(schema({ nick: { type: 'string' }, reason: { type: 'string' } }, ['nick']));
    expect(parseForm(fields, { nick: '  ', reason: '' })).toEqual({
      args: {},
      errors: { nick: expect.stringContaining('needed') },
    });
  });

  it('turns what was entered into the types of the schema', () => {
    const fields = formFields(
      schema({
        nick: { type: 'string' },
        limit: { type: 'integer' },
        ratio: { type: 'number' },
        force: { type: 'boolean' },
        masks: { type: 'array' },
        password: { type: 'string', secret: true },
      }),
    );
    const values = { nick: ' ann ', limit: '5', ratio: '0.5', force: true, masks: 'a, b c', password: ' p ' };
    expect(parseForm(fields, values)).toEqual({
      args: { nick: 'ann', limit: 5, ratio: 0.5, force: true, masks: ['a', 'b', 'c'], password: ' p ' },
      errors: {},
    });
  });

  it.each([
    [{ type: 'integer' }, 'x', 'number'],
    [{ type: 'integer' }, '1.5', 'whole'],
    [{ type: 'integer', minimum: 2 }, '1', 'at least 2'],
    [{ type: 'number', maximum: 2 }, '3', 'at most 2'],
    [{ type: 'string', minLength: 3 }, 'ab', 'At least 3'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'At most 2'],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', 'one of a, b'],
  ] satisfies [JsonFieldSchema, string, string][])('refuses for %j the value %j', (field, value, message) => {
    const parsed = parseForm(formFields(schema({ it: field })), { it: value });
    expect(parsed.errors.it).toContain(message);
    expect(parsed.args).toEqual({});
  });

  it.each([
    [{ type: 'integer', minimum: 2 }, '2', 2],
    [{ type: 'integer', minimum: 2 }, '-2.0e1', null],
    [{ type: 'number', maximum: 2 }, '2', 2],
    [{ type: 'number' }, '-1.5', -1.5],
    [{ type: 'number' }, 'Infinity', null],
    [{ type: 'string', minLength: 3 }, 'abc', 'abc'],
    [{ type: 'string', maxLength: 3 }, 'abc', 'abc'],
    [{ type: 'string', enum: ['a', 'b'] }, 'b', 'b'],
    [{ type: 'array' }, ' ,a,, b ,', ['a', 'b']],
    [{ type: 'array' }, ',', []],
  ] satisfies [JsonFieldSchema, string, unknown][])('takes for %j at the edge %j', (field, value, taken) => {
    const { args, errors } = parseForm(formFields(schema({ it: field })), { it: value });
    expect(Object.keys(errors)).toHaveLength(taken === null ? 1 : 0);
    expect(args).toEqual(taken === null ? {} : { it: taken });
  });

  it('says how long a text is that is too long or too short, one letter as one', () => {
    const wrong = (field: JsonFieldSchema, value: string) =>
      parseForm(formFields(schema({ it: field })), { it: value }).errors.it;
    expect(wrong({ type: 'string', maxLength: 1 }, 'abc')).toBe('At most 1 character may be given, not 3');
    expect(wrong({ type: 'string', minLength: 3 }, 'a')).toBe('At least 3 characters must be given');
  });

  it('keeps the spaces of a secret, and takes them alone for one', () => {
    const fields = formFields(schema({ secret: { type: 'string', secret: true } }, ['secret']));
    expect(parseForm(fields, { secret: ' ' })).toEqual({ args: { secret: ' ' }, errors: {} });
    expect(Object.keys(parseForm(fields, { secret: '' }).errors)).toEqual(['secret']);
  });

  it('misses what was never entered, and takes a switch that is off for an argument', () => {
    const fields = formFields(schema({ nick: { type: 'string' }, force: { type: 'boolean' } }, ['nick']));
    expect(parseForm(fields, { force: false })).toEqual({
      args: { force: false },
      errors: { nick: 'This is needed' },
    });
  });

  it('has a switch on where it was given so, and off where nothing says that it is on', () => {
    const fields = formFields(
      schema({ a: { type: 'boolean', default: true }, b: { type: 'boolean' }, c: { type: 'boolean' } }),
    );
    expect(initialValues(fields, { a: 'false', c: 'true' })).toEqual({ a: false, b: false, c: true });
  });

  it('tells numbers from texts, and passwords only where they are marked', () => {
    const fields = formFields(
      schema({ a: { type: 'number' }, b: {}, c: { type: 'string', secret: false } }, ['b']),
    );
    expect(fields.map(({ kind, required, help }) => [kind, required, help])).toEqual([
      ['number', false, ''],
      ['text', true, ''],
      ['text', false, ''],
    ]);
    const unsaid = formFields({ type: 'object', properties: { a: { type: 'string' } } });
    expect(unsaid[0]?.required).toBe(false);
  });
});
