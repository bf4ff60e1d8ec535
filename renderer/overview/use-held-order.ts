/** Keeps things in the order in which they are while somebody points at one of them: what is about to be pressed stays where it is. */
import { type FocusEvent, useState } from 'react';

/** Listens to the element that has them all. */
interface Holding {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/**
 * The keys in the order in which they are shown. While they are pointed at, or the keyboard is at one of them, those that are
 * there stay in their order and new ones come last.
 */
export function useHeldOrder(keys: readonly string[]): readonly [readonly string[], Holding] {
  const [kept, setKept] = useState<readonly string[]>(keys);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const order =
    pointed || focused
      ? [...kept.filter((key) => keys.includes(key)), ...keys.filter((key) => !kept.includes(key))]
      : keys;
  return [
    order,
    {
      onPointerEnter: () => {
        setKept(order);
        setPointed(true);
      },
      onPointerLeave: () => setPointed(false),
      onFocus: ({ target }) => {
        setKept(order);
        // A click leaves the focus where it was; the keyboard is elsewhere then.
        setFocused(target.matches(':focus-visible'));
      },
      onBlur: () => setFocused(false),
    },
  ];
}
