import { common as t } from "~texts/common";
import type { Code, Permission, Problem } from "./generated/types.gen";

/** Why a request did not succeed, in the words of RFC 9457, or that there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: Code | "offline" | "unreadable";
  readonly detail: string;
  /** What is wrong with which field, by its name in the body (`/email` as `email`). */
  readonly fields: Readonly<Record<string, string>>;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly requires: Permission | undefined;
  /** Members beyond those of every problem, such as the new `preview` of a drift. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(problem: Partial<Omit<Problem, "code">> & { code: ApiError["code"]; title: string; detail: string }) {
    super(problem.title);
    this.name = "ApiError";
    this.status = problem.status ?? 0;
    this.code = problem.code;
    this.detail = problem.detail;
    this.fields = Object.fromEntries((problem.errors ?? []).map((e) => [e.pointer.replace(/^\//, ""), e.message]));
    this.requestId = problem.instance ?? undefined;
    this.retryable = problem.retryable ?? false;
    this.requires = problem.required_permission ?? undefined;
    this.members = { ...problem };
  }
}

/** Whatever was thrown, as an `ApiError`. */
export function apiError(thrown: unknown, answer?: Response): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const problem = typeof thrown === "string" ? parsed(thrown) : thrown;
  if (isProblem(problem)) return new ApiError(problem as Problem);
  if (answer === undefined) return new ApiError({ code: "offline", ...t.noAnswer, retryable: true });
  return new ApiError({
    code: "unreadable",
    ...t.unreadable,
    status: answer.status,
    retryable: answer.status >= 500,
    instance: answer.headers.get("x-request-id") ?? undefined,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
