import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError } from "~/api/error";
import { announce, toast, toastError } from "./toast";
import { Toasts } from "./toasts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

async function shown() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
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

/** A dialog over what stands, and how it is closed. */
async function opened() {
  const dialog = document.body.appendChild(document.createElement("dialog"));
  const root = createRoot(dialog);
  await act(async () => root.render(<Toasts inDialog />));
  await pass(200);
  return { dialog, close: () => act(async () => root.unmount()) };
}

const pass = (ms: number) => act(async () => vi.advanceTimersByTime(ms));

/** What a screen reader is given to say. */
const said = (place: HTMLElement) => [...place.querySelectorAll("[aria-live]")].map((one) => one.textContent).join(" ");

test("what is told while dialogs are open is told in the topmost alone, and is not said again below it", async () => {
  const place = await shown();
  await act(async () => toastError(refused("req-5")));
  await pass(2000);
  const lower = await opened();
  // It can be put away there, and was said before.
  expect(lower.dialog.textContent).toContain("It was refused");
  expect(said(lower.dialog)).toBe(" ");
  expect(place.textContent).toBe("");

  const upper = await opened();
  await act(async () => {
    toast("It is copied");
    announce("Somebody asks Microsoft");
  });
  expect(said(upper.dialog)).toBe("Somebody asks Microsoft It is copied");
  expect(place.textContent).toBe("");
  expect(lower.dialog.textContent).toBe("");

  await pass(2000);
  await upper.close();
  expect(lower.dialog.textContent).toContain("It is copied");
  expect(said(lower.dialog)).toBe(" ");
  await lower.close();
  expect(place.textContent).toContain("It is copied");
  expect(said(place)).toBe(" ");
  // It passes when it would have.
  await pass(6000);
  expect(place.textContent).not.toContain("It is copied");
  await press(place, "Hide");
  expect(place.textContent).toBe("");
});

test("what is told as a dialog opens or closes is said where it can be heard", async () => {
  const place = await shown();
  await act(async () => announce("It is looked at"));
  const { dialog, close } = await opened();
  expect(said(dialog)).toBe("It is looked at ");
  await pass(2000);
  await act(async () => toast("It is saved"));
  await close();
  expect(said(place)).toBe(" It is saved");
  await pass(8000);
  expect(place.textContent).toBe("");
});
