/** The form of one command with its button, generated from the manifest. What happens on running is the owner's. */
import { type ReactNode, type Ref, useState } from 'react';
import type { CommandDescription } from '../../contract/manifest.ts';
import { formatSeconds } from '../format/numbers.ts';
import { useScreen } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { LiveText } from '../ui/live-text.tsx';
import type { CommandRunner } from './command-runner.ts';
import { FormFieldRow } from './form-field.tsx';
import { type FieldValue, formFields, initialValues, parseForm } from './form-values.ts';
import { messages } from './messages.ts';

interface CommandFormProps {
  readonly command: CommandDescription;
  readonly given: Readonly<Record<string, string>>;
  readonly runner: CommandRunner;
  readonly disabled: boolean;
  readonly onSubmit: (args: Readonly<Record<string, unknown>>) => void;
  /** Text of the button, where it is not the command's own. */
  readonly action?: string;
  /** Told of the arguments as they are entered; null while they are not right. */
  readonly onArgs?: (args: Readonly<Record<string, unknown>> | null) => void;
  /** Offers to close what the form stands in. */
  readonly onClose?: () => void;
  /** The button that closes. */
  readonly closeRef?: Ref<HTMLElement>;
  readonly children?: ReactNode;
}

export function CommandForm(props: CommandFormProps): ReactNode {
  const { command, runner } = props;
  const fields = formFields(command.args);
  const [values, setValues] = useState(() => initialValues(fields, props.given));
  const [checked, setChecked] = useState(false);
  const parsed = parseForm(fields, values);
  const errors = checked ? parsed.errors : {};
  const running = runner.run.phase === 'running';
  const change = (name: string, value: FieldValue) => {
    const next = { ...values, [name]: value };
    setValues(next);
    const again = parseForm(fields, next);
    props.onArgs?.(Object.keys(again.errors).length === 0 ? again.args : null);
  };
  const submit = () => {
    setChecked(true);
    if (!running && !props.disabled && Object.keys(parsed.errors).length === 0) props.onSubmit(parsed.args);
  };
  return (
    <form
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fields.map((field) => (
        <FormFieldRow
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          error={errors[field.name]}
          disabled={running}
          onChange={(value) => change(field.name, value)}
        />
      ))}
      {props.children}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          type="submit"
          tone={command.danger === 'safe' ? 'primary' : 'danger'}
          disabled={running || props.disabled}
        >
          {props.action ?? messages.run(command.name)}
        </Button>
        {runner.run.phase === 'running' && (
          <>
            <Button onClick={() => runner.cancel()}>{messages.cancel}</Button>
            <Elapsed since={runner.run.startedAt} />
          </>
        )}
        {props.onClose !== undefined && (
          <Button ref={props.closeRef} className="ml-auto" onClick={props.onClose}>
            {messages.close}
          </Button>
        )}
      </div>
    </form>
  );
}

function Elapsed({ since }: { since: number }): ReactNode {
  const { text } = useScreen();
  const read = () => {
    // As long as it runs, the time it takes is news.
    text.newsArrived();
    return formatSeconds(Math.round((performance.now() - since) / 100) / 10);
  };
  return (
    <span className="text-sm text-dim">
      {messages.running} <LiveText read={read} />
    </span>
  );
}
