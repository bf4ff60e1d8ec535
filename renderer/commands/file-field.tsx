/** A field whose value is the text of a file that is chosen; it says how long that is. */
import type { ReactNode } from 'react';
import type { FormField } from './form-values.ts';
import { messages } from './messages.ts';

/** Bytes that one character takes in UTF-8 at most. */
const MOST_BYTES = 4;

interface FileFieldProps {
  /** What every control of a field has. */
  readonly common: Readonly<Record<string, unknown>>;
  readonly field: FormField;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

export function FileField({ common, field, value, onChange }: FileFieldProps): ReactNode {
  const { maxLength = Number.MAX_SAFE_INTEGER / MOST_BYTES, file: ending } = field.schema;
  const read = async (file: File | undefined) => {
    // Of one that is too long no more is read than shows that it is.
    onChange(file === undefined ? '' : await file.slice(0, MOST_BYTES * (maxLength + 1)).text());
  };
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm">
      <input
        {...common}
        data-argument={field.name}
        type="file"
        accept={`.${ending}`}
        onChange={({ target }) => void read(target.files?.[0])}
      />
      {value !== '' && <span role="status">{messages.fileLines(linesOf(value))}</span>}
    </div>
  );
}

/** Lines that have something in them. */
export function linesOf(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}
