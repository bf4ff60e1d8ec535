/** Words that nobody guesses and everybody can type: passwords that are made here, and cookies that mail brings. */
import { randomInt } from 'node:crypto';

/** Letters and digits that are not mistaken for each other: of 57, so each is worth 5.8 bits. */
const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export function randomWord(characters: number): string {
  return Array.from({ length: characters }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
