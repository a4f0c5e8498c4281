import { expect, test } from "vitest";
import { apiError } from "./error";

const problem = {
  type: "https://steward.example/problems/invalid",
  title: "Some fields need your attention",
  status: 422,
  detail: "Check the fields.",
  code: "invalid",
  instance: "req-1",
  retryable: false,
  errors: [{ pointer: "/email", code: "not_an_address", message: "Enter an address." }],
};

test("a problem becomes an error with its code, its fields and its request", () => {
  for (const thrown of [problem, JSON.stringify(problem)]) {
    const error = apiError(thrown, new Response(null, { status: 422 }));
    expect(error).toMatchObject({ status: 422, code: "invalid", requestId: "req-1", retryable: false });
    expect(error.fields).toEqual({ email: "Enter an address." });
  }
});

test("no answer and an answer that is no problem are told apart", () => {
  expect(apiError(new TypeError("Failed to fetch"))).toMatchObject({ code: "offline", retryable: true });
  const answer = new Response("<html>", { status: 502, headers: { "x-request-id": "req-2" } });
  expect(apiError("<html>", answer)).toMatchObject({
    code: "unreadable",
    status: 502,
    requestId: "req-2",
    retryable: true,
  });
});

test("an error stays the error it is", () => {
  const error = apiError(problem);
  expect(apiError(error)).toBe(error);
});
