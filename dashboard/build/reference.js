// Puts the API reference beside the dashboard: a page of its own, Scalar as its makers built it, and our OpenAPI
// document. No part of it is in the dashboard's bundle.
import { cp, mkdir } from "node:fs/promises";

const from = (path) => new URL(path, import.meta.url).pathname;
const to = from("../dist/site/docs/");
const scalar = from("../node_modules/@scalar/api-reference/dist/browser/");
const scripts = (path) => !path.endsWith(".map") && !path.endsWith("/standalone.js");

await mkdir(to, { recursive: true });
await cp(from("../reference/"), to, { recursive: true });
await cp(scalar, `${to}scalar`, { recursive: true, filter: scripts });
await cp(from("../../docs/openapi.json"), `${to}openapi.json`);
