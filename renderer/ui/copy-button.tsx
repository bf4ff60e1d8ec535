/** Copies a text and says so. */
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';

export function CopyButton({
  text,
  label,
  children,
}: {
  text: string;
  label: string;
  children?: ReactNode;
}): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <Button tone="quiet" icon={copied ? 'check' : 'copy'} label={copied ? `Copied` : label} onClick={copy}>
      {children}
    </Button>
  );
}
