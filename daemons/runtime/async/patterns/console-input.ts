/**
 * Console input: lines from the terminal or a pipe, one command after the other, while everything else goes on. No thread is needed:
 * reading a terminal does not block in Node. The main program's console does the same with its own commands.
 * `printf 'add 2 3\nquit\n' | node console-input.ts`
 */
import { splitLine, UsageError } from '../../../../kit/command-line.ts';
import { DuplexChannel } from '../duplex-channel.ts';
import { lines } from '../framing.ts';

function answerTo(line: string): string | null {
  const [command, ...words] = splitLine(line);
  switch (command) {
    case undefined:
      return '';
    case 'add':
      return String(words.reduce((sum, word) => sum + Number(word), 0));
    case 'say':
      return words.join(' ');
    case 'quit':
      return null;
    default:
      throw new UsageError(`there is no command "${command}"; there are: add, say, quit`);
  }
}

const terminal = new DuplexChannel(
  { readable: process.stdin, writable: process.stdout },
  { framing: lines(4_096) },
);
for await (const line of terminal) {
  try {
    const answer = answerTo(line);
    if (answer === null) break;
    await terminal.write(answer);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    await terminal.write(error.message);
  }
}
await terminal.end();
terminal.close();
