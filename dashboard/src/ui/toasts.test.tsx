import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "~/api/error";
import { toast, toastError } from "./toast";
import { Toasts } from "./toasts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

async function shown() {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const place = document.body.appendChild(document.createElement("div"));
  await act(async () => createRoot(place).render(<Toasts />));
  return place;
}

const refused = (instance: string) =>
  new ApiError({ code: "stale", title: "It was refused", detail: "Read it again.", instance });

const press = (place: HTMLElement, name: string) =>
  act(async () => [...place.querySelectorAll("button")].find((one) => one.textContent === name)?.click());

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

test("what went well passes by itself, and what went wrong stays with its number until it is put away", async () => {
  const place = await shown();
  await act(async () => {
    toast("It is saved");
    toastError(refused("req-1"));
  });
  expect(place.textContent).toContain("It is saved");
  await act(async () => vi.advanceTimersByTime(60_000));
  expect(place.textContent).not.toContain("It is saved");
  expect(place.textContent).toContain("It was refused. Read it again.");
  expect(place.textContent).toContain("Request number req-1");
  await press(place, "Hide");
  expect(place.textContent).toBe("");
});

test("the request number can be copied", async () => {
  const place = await shown();
  const writeText = vi.fn(async () => undefined);
  vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
  await act(async () => toastError(refused("req-2")));
  await press(place, "Copy");
  expect(writeText).toHaveBeenCalledWith("req-2");
  expect(place.textContent).toContain("Copied");
  await act(async () => vi.advanceTimersByTime(60_000));
  await press(place, "Hide");
  vi.unstubAllGlobals();
});

test("many lines that pass push no error away, and the same error is told once, with its newest number", async () => {
  const place = await shown();
  await act(async () => {
    toastError(refused("req-3"));
    for (const word of ["one", "two", "three", "four"]) toast(`Line ${word}`);
    toastError(refused("req-4"));
  });
  expect(place.textContent).not.toContain("Line one");
  expect(place.textContent).toContain("Line three");
  expect(place.textContent).toContain("Line four");
  expect(place.textContent?.match(/It was refused/g)).toHaveLength(1);
  expect(place.textContent).toContain("req-4");
  expect(place.textContent).not.toContain("req-3");
  await act(async () => vi.advanceTimersByTime(60_000));
  await press(place, "Hide");
});
