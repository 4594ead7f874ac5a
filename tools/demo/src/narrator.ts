/** Tells the story on the terminal: chapters, and one line for each thing that happened. */
export interface Narrator {
  chapter(title: string): void;
  say(line: string): void;
}

export function createNarrator(out: NodeJS.WriteStream, started: number = performance.now()): Narrator {
  const bold = (text: string): string => (out.isTTY ? `\u001b[1m${text}\u001b[22m` : text);
  const clock = (): string => `${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s`;
  let chapters = 0;
  return {
    chapter: (title) => void out.write(`\n${bold(`${++chapters}. ${title}`)}\n`),
    say: (line) => void out.write(`${clock()}  ${line}\n`),
  };
}
