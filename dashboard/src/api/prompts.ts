// What a request may have to ask a person before it can go on. The dialogs are in features/prompts.

export type Asked = "sign-in" | "proof";

interface Prompt {
  asked: Asked;
  answer: Promise<boolean>;
  settle: (done: boolean) => void;
}

let prompt: Prompt | undefined;
const listeners = new Set<() => void>();

/** Asks, once for all that want the same; whether it was given. */
export async function ask(asked: Asked): Promise<boolean> {
  while (prompt && prompt.asked !== asked) await prompt.answer;
  if (!prompt) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    prompt = { asked, answer: promise, settle: resolve };
    notify();
  }
  return prompt.answer;
}

/** Ends what is asked. */
export function settle(done: boolean): void {
  const settled = prompt;
  prompt = undefined;
  settled?.settle(done);
  notify();
}

export const asked = (): Asked | undefined => prompt?.asked;

export function onAsked(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
