import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { ApiError } from "./error";
import { useEdited } from "./versioned";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** Does something and lets everything happen that follows. */
const after = async (done: () => unknown) => {
  await act(async () => done());
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
};

interface Rules {
  grace: number;
  review: number;
}

/** What a server keeps: a change has to name the version it is on top of. */
function kept(rules: Rules) {
  let version = 1;
  return {
    read: async () => ({ data: rules, response: new Response(null, { headers: { etag: `"${version}"` } }) }),
    write: async (body: Rules, onto: string) => {
      if (onto !== `"${version}"`) {
        throw new ApiError({ code: "stale", title: "Changed meanwhile", detail: "Try again.", status: 412 });
      }
      rules = body;
      version += 1;
    },
    now: () => rules,
  };
}

let edited: ReturnType<typeof useEdited<Rules>> | undefined;

function Editor({ read }: { read: Parameters<typeof useEdited<Rules>>[1] }) {
  edited = useEdited(["rules"], read);
  return null;
}

test("who saves second changes what they changed, and nothing of what was changed meanwhile", async () => {
  const server = kept({ grace: 30, review: 60 });
  const root = createRoot(document.createElement("div"));
  await after(() => {
    root.render(
      <QueryClientProvider client={new QueryClient()}>
        <Editor read={server.read} />
      </QueryClientProvider>,
    );
  });
  expect(edited?.shown?.value).toEqual({ grace: 30, review: 60 });
  await after(() => edited?.touch());
  await server.write({ grace: 30, review: 90 }, '"1"');

  const mine = { grace: 14, review: 60 };
  const save = () => edited?.save(mine, (rules) => rules, server.write);
  await after(() => expect(save()).rejects.toThrow("Changed meanwhile"));
  expect(edited?.shown?.value, "what they look at stays").toEqual({ grace: 30, review: 60 });
  expect(edited?.typed).toBe(true);
  expect(server.now()).toEqual({ grace: 30, review: 90 });

  await after(save);
  expect(server.now()).toEqual({ grace: 14, review: 90 });
  expect(edited?.shown?.value).toEqual({ grace: 14, review: 90 });
  expect(edited?.typed).toBe(false);
  await after(() => root.unmount());
});
