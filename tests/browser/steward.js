// The real local system, started for one test file and stopped after it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "steward");

/** Starts `steward up` in a folder of its own; `url` is its address, `email` and `password` the sample owner's. */
export async function start() {
  const data = await mkdtemp(join(tmpdir(), "steward-browser-"));
  const child = spawn(binary, ["up", "--port", "0", "--data", data], { stdio: ["ignore", "pipe", "inherit"] });
  const stop = async () => {
    child.kill("SIGKILL");
    await rm(data, { recursive: true, force: true });
  };
  const told = {};
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      told.url ??= /Open\s+(\S+)$/.exec(line)?.[1];
      const signIn = /Sign in\s+(\S+)\s+password (.+)$/.exec(line);
      if (signIn) {
        [, told.email, told.password] = signIn;
        break;
      }
    }
    if (!told.url || !told.password) throw new Error("steward up ended without telling an address and a sign-in");
  } catch (error) {
    await stop();
    throw error;
  }
  child.stdout.resume();

  /** Calls the API as a program does; fails where the status is not the one wanted. */
  const call = async (method, path, wanted, { token, body } = {}) => {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(told.url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (answer.status !== wanted) throw new Error(`${method} ${path}: ${answer.status}, not ${wanted}: ${text}`);
    return text ? JSON.parse(text) : null;
  };
  return { ...told, call, stop };
}

/** Debian's Chromium, without a window. */
export async function browser() {
  const executablePath = process.env.STEWARD_CHROMIUM ?? "/usr/bin/chromium";
  // In a container there is no user namespace to build the sandbox from; the pages are our own.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
