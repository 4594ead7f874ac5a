/** A list to pick from that is redrawn in place when something happens, without losing the highlighted line. */

import { styleText } from 'node:util';
import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  useEffect,
  useKeypress,
  usePrefix,
  useRef,
  useState,
} from '@inquirer/core';

export interface LiveChoice<T> {
  readonly name: string;
  readonly value: T;
}

export interface LiveSelectConfig<T> {
  readonly message: string;
  /** Asked at each drawing. */
  readonly choices: () => readonly LiveChoice<T>[];
  /** Lines below the list; asked at each drawing. */
  readonly notices: () => readonly string[];
  /** Told how to have the list drawn again; returns how to stop. */
  readonly subscribe: (redraw: () => void) => () => void;
}

type Prompt = <T>(config: LiveSelectConfig<T>, context?: { readonly signal?: AbortSignal }) => Promise<T>;

/** Up and down, or the first digit of a choice's name; Enter picks. */
export const liveSelect: Prompt = createPrompt<unknown, LiveSelectConfig<unknown>>((config, done) => {
  const [active, setActive] = useState(0);
  const [picked, setPicked] = useState(false);
  const [, setDrawing] = useState(0);
  const drawings = useRef(0);
  const prefix = usePrefix({ status: picked ? 'done' : 'idle' });
  useEffect(
    () =>
      config.subscribe(() => {
        drawings.current = (drawings.current ?? 0) + 1;
        setDrawing(drawings.current);
      }),
    [],
  );
  const choices = config.choices();
  const pick = (index: number): void => {
    const choice = choices[index];
    if (choice === undefined) return;
    setActive(index);
    setPicked(true);
    done(choice.value);
  };
  useKeypress((key, rl) => {
    rl.clearLine(0);
    if (isEnterKey(key)) pick(active);
    else if (isUpKey(key)) setActive((active + choices.length - 1) % choices.length);
    else if (isDownKey(key)) setActive((active + 1) % choices.length);
    else {
      const index = choices.findIndex(({ name }) => name.startsWith(`${key.name}.`));
      if (index >= 0) setActive(index);
    }
  });
  const message = styleText('bold', config.message);
  if (picked) return `${prefix} ${message} ${styleText('cyan', choices[active]?.name ?? '')}`;
  const lines = choices.map(({ name }, i) => (i === active ? styleText('cyan', `❯ ${name}`) : `  ${name}`));
  return [[`${prefix} ${message}`, ...lines].join('\n'), config.notices().join('\n')];
}) as Prompt;
