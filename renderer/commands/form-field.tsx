/** One field of a command's form: label, control, help, and what is wrong with it. */
import { Switch } from '@base-ui/react/switch';
import { type ReactNode, useId } from 'react';
import { Button } from '../ui/button.tsx';
import { wordsOf } from './argument-words.ts';
import { FileField } from './file-field.tsx';
import type { FieldValue, FormField } from './form-values.ts';
import { messages } from './messages.ts';

interface FormFieldRowProps {
  readonly field: FormField;
  readonly value: FieldValue;
  readonly error: string | undefined;
  readonly disabled: boolean;
  readonly onChange: (value: FieldValue) => void;
}

export function FormFieldRow(props: FormFieldRowProps): ReactNode {
  const { field, error } = props;
  const id = useId();
  const helpId = `${id}-help`;
  const errorId = `${id}-error`;
  const help = field.kind === 'list' ? `${field.help} ${messages.listHint}`.trim() : field.help;
  const describedBy = [help === '' ? '' : helpId, error === undefined ? '' : errorId]
    .filter(Boolean)
    .join(' ');
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {field.label}
        {!field.required && field.kind !== 'switch' && (
          <span className="ml-1.5 font-normal text-dim" aria-hidden="true">
            {messages.optional}
          </span>
        )}
      </label>
      <Control {...props} id={id} describedBy={describedBy} />
      {field.schema.presets !== undefined && <Presets {...props} presets={field.schema.presets} />}
      {help !== '' && (
        <p id={helpId} className="text-xs text-dim">
          {help}
        </p>
      )}
      {error !== undefined && (
        <p id={errorId} role="alert" className="text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

/** Values that people choose mostly, each a button. */
function Presets({
  field,
  presets,
  value,
  disabled,
  onChange,
}: FormFieldRowProps & { presets: readonly number[] }): ReactNode {
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{field.label}</legend>
      {presets.map((preset) => (
        <Button
          key={preset}
          disabled={disabled}
          pressed={value === String(preset)}
          onClick={() => onChange(String(preset))}
        >
          {wordsOf(field, preset)}
        </Button>
      ))}
    </fieldset>
  );
}

function Control(props: FormFieldRowProps & { id: string; describedBy: string }): ReactNode {
  const { field, value, error, disabled, onChange, id } = props;
  const common = {
    id,
    disabled,
    'aria-describedby': props.describedBy === '' ? undefined : props.describedBy,
    'aria-invalid': error !== undefined,
    'aria-required': field.required,
  };
  if (field.kind === 'switch') {
    return (
      <Switch.Root
        id={id}
        disabled={disabled}
        checked={value === true}
        onCheckedChange={(checked) => onChange(checked)}
        aria-describedby={common['aria-describedby']}
        className="flex h-5 w-9 rounded-full bg-line-strong p-0.5 transition-colors data-checked:bg-accent"
      >
        <Switch.Thumb className="size-4 rounded-full bg-surface transition-transform data-checked:translate-x-4" />
      </Switch.Root>
    );
  }
  const text = String(value);
  if (field.kind === 'file') return <FileField {...{ common, field, onChange }} value={text} />;
  if (field.kind === 'choice') {
    return (
      <select
        {...common}
        className="field max-w-sm"
        value={text}
        onChange={(event) => onChange(event.target.value)}
      >
        {(!field.required || text === '') && <option value="">{messages.unset}</option>}
        {field.schema.enum?.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      data-argument={field.name}
      type={field.kind === 'secret' ? 'password' : 'text'}
      inputMode={field.kind === 'number' ? 'decimal' : undefined}
      className={`field max-w-sm ${field.kind === 'number' ? 'w-40 text-right' : 'w-full'}`}
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
