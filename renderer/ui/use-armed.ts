/**
 * Keeps a button from working in the same moment in which the question that it answers appears: a second press of Enter,
 * or a click that was on its way, is no answer to what nobody can have read yet.
 */
import { useEffect, useState } from 'react';

/** How long a question stands before it can be answered, in milliseconds: longer than between two presses of a key. */
const READ_MS = 800;

/**
 * Whether the question may be answered.
 * @param question what is asked, as text; another one begins anew. Null while it is not shown yet
 */
export function useArmed(question: string | null): boolean {
  const [armed, setArmed] = useState<string | null>(null);
  useEffect(() => {
    if (question === null) return;
    const timer = setTimeout(() => setArmed(question), READ_MS);
    return () => clearTimeout(timer);
  }, [question]);
  return question !== null && armed === question;
}
