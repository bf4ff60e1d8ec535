/** The messages of the queue benchmark: 64 bytes that follow from who sends them and which one it is. */
export const MESSAGE_BYTES = 64;
export const MESSAGE_WORDS = MESSAGE_BYTES / 4;

const wordOf = (number: number, word: number) => (Math.imul(number, 0x9e3779b1) + word) | 0;

/** Writes message `number` of writer `id` into words from `at` on. */
export function fillMessage(words: Int32Array, at: number, id: number, number: number): void {
  words[at] = id;
  for (let word = 1; word < MESSAGE_WORDS; word++) words[at + word] = wordOf(number, word);
}

/** Who sent the message at `at`. Throws where a byte is not as that writer wrote its message of this number. */
export function checkedWriter(words: Int32Array, at: number, numbers: Int32Array): number {
  const id = words[at]!;
  const number = numbers[id]!;
  for (let word = 1; word < MESSAGE_WORDS; word++)
    if (words[at + word] !== wordOf(number, word))
      throw new Error(`word ${word} of message ${number} of writer ${id} is ${words[at + word]}`);
  numbers[id] = number + 1;
  return id;
}
