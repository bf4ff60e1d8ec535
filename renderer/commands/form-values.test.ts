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
});
