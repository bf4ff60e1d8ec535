/**
 * What work costs, in nanoseconds of a typical core: one table for all daemons, so that whoever causes work is charged
 * for it in one unit. A price need not be exact, because a turn is also ended by the clock (`work-turns.ts`); it must
 * be right in proportion, so that nobody gets dear work cheaply.
 */

/** The price of one unit of some work. */
export interface WorkPrice {
  /** Nanoseconds of one core. */
  readonly ns: number;
  /** What is paid for, and where the figure comes from. */
  readonly reason: string;
}

/** Every price, by what is paid for. */
export const workPrices = {
  read: {
    ns: 4_000,
    reason: 'One piece of input from a socket: the system call and the callbacks of Node around it.',
  },
  line: {
    ns: 1_500,
    reason: 'One line or frame: found, parsed, given to its handler and answered in a few words.',
  },
  heldByte: {
    ns: 5,
    reason:
      'One byte of input that has to wait: copied and kept, in memory that the system has to map first.',
  },
  inputByte: { ns: 1, reason: 'One byte of input: looked at for line ends, decoded.' },
  mask: {
    ns: 60,
    reason: 'One mask, ban or filter compared with one text: a call, and a look at its fixed start and end.',
  },
  maskCharacter: {
    ns: 1,
    reason: 'One character of the text that a mask with several wildcards may have to look at again.',
  },
  treeNode: {
    ns: 15,
    reason: 'One node of a tree of addresses or texts, or one hash, that a look-up passes.',
  },
  skipped: { ns: 20, reason: 'One entry of a list that was looked at and left out.' },
  message: {
    ns: 1_500,
    reason: 'One message to others: put together, and encoded in the forms in which its receivers get it.',
  },
  receiver: {
    ns: 60,
    reason: 'One receiver of a message: its pending list grows by an entry, nothing is copied.',
  },
  receiverByte: {
    ns: 0.3,
    reason:
      'One byte to one receiver: copied once or twice on its way to the kernel, or aside for a slow reader.',
  },
  write: {
    ns: 6_000,
    reason: 'One connection that has something to write at the end of a turn: mostly one system call.',
  },
  handOver: {
    ns: 300,
    reason: 'One connection that has something to write, where another thread writes it: an entry of a list.',
  },
  row: { ns: 1_000, reason: 'One row or line of an answer: put together as text and serialized.' },
  rowByte: { ns: 2, reason: 'One byte of such a row.' },
  malformed: {
    ns: 10_000,
    reason: 'One text that should be JSON and is not: the engine makes an error with its stack.',
  },
  registration: {
    ns: 120_000,
    reason: 'One newcomer that is welcomed: some twenty lines of greeting, and the entries in every index.',
  },
  departure: { ns: 20_000, reason: 'One client that leaves: taken out of every index, its socket ended.' },
} as const satisfies Record<string, WorkPrice>;
