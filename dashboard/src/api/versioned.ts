import { type QueryKey, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "./error";
import { merged } from "./merged";

/** What was read, with the version that a change of it names in `If-Match`. */
export interface Versioned<Value> {
  value: Value;
  version: string;
}

interface Answer<Value> {
  data: Value;
  response: Response;
}

/** Of an answer with an `ETag`; every one has it that is changed by `If-Match`. */
export const versioned = <Value>({ data, response }: Answer<Value>): Versioned<Value> => ({
  value: data,
  version: response.headers.get("etag") ?? "*",
});

/** Makes a change; where somebody was faster theirs is read, so that the next try is on top of it. */
export async function change(act: () => Promise<unknown>, reread: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof ApiError && error.status === 412) await reread();
    throw error;
  }
}

/** A form's part in saving: what it says, and of what it shows the same, to tell what was changed in it. */
export type Save<Value> = <Body>(
  mine: Body,
  of: (value: Value) => Body,
  write: (body: Body, version: string) => Promise<unknown>,
) => Promise<void>;

/**
 * Something that is edited as a whole, in an editor with the key `shown.version`. The newest shows until somebody types;
 * from then on what they typed stays, and is saved on top of what they saw. Who was not the first to save is told so; the
 * next try changes what they changed, and nothing of what others did meanwhile.
 */
export function useEdited<Value>(queryKey: QueryKey, read: () => Promise<Answer<Value>>) {
  const newest = useQuery({ queryKey, queryFn: async () => versioned(await read()) });
  const [draft, setDraft] = useState<{ shown: Versioned<Value>; onto: Versioned<Value> }>();
  const begun = draft ?? (newest.data && { shown: newest.data, onto: newest.data });
  const save: Save<Value> = async (mine, of, write) => {
    if (!begun) return;
    const { shown, onto } = begun;
    setDraft(begun);
    await change(
      () => write(merged(of(shown.value), mine, of(onto.value)), onto.version),
      async () => {
        const { data } = await newest.refetch();
        if (data) setDraft({ shown, onto: data });
      },
    );
    await newest.refetch();
    setDraft(undefined);
  };
  return {
    newest,
    shown: begun?.shown,
    typed: draft !== undefined,
    touch: () => setDraft((draft) => draft ?? begun),
    save,
  };
}
