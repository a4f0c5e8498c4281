import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { ListLink } from "./link";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

const root = createRootRoute();
const list = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: () => (
    <ListLink to={"/people/$person" as "/"} params={{ person: "a b" } as never}>
      Anna
    </ListLink>
  ),
});
const person = createRoute({ getParentRoute: () => root, path: "/people/$person", component: () => <p>Her page</p> });

test("a link of a list has an address of its own, leads there, and leaves other buttons to the browser", async () => {
  const router = createRouter({ routeTree: root.addChildren([list, person]), history: createMemoryHistory() });
  const place = document.body.appendChild(document.createElement("div"));
  const page = createRoot(place);
  await act(async () => page.render(<RouterProvider router={router as never} />));
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  const link = place.querySelector("a");
  expect(link?.getAttribute("href")).toBe("/people/a%20b");
  const click = (init: MouseEventInit) => {
    const event = new MouseEvent("click", { bubbles: true, cancelable: true, button: 0, ...init });
    link?.dispatchEvent(event);
    return event.defaultPrevented;
  };
  let ours = true;
  await act(async () => {
    ours = click({ ctrlKey: true });
  });
  expect(ours).toBe(false);
  expect(router.state.location.pathname).toBe("/");
  await act(async () => {
    ours = click({});
  });
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)));
  expect(ours).toBe(true);
  expect(place.textContent).toBe("Her page");
  await act(async () => page.unmount());
  place.remove();
});
