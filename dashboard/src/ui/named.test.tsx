import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { named } from "./named";

const html = (what: ReturnType<typeof named>) => renderToStaticMarkup(<p>{what}</p>);

test("each name stands by itself wherever it is in a sentence, and nothing of the sentence is lost", () => {
  expect(html(named((name) => `Remove ${name}?`, "\u0645\u062d\u0645\u062f 1"))).toBe(
    "<p>Remove <bdi>\u0645\u062d\u0645\u062f 1</bdi>?</p>",
  );
  const two = named((reason, owner) => `“${reason}” ${owner} answers for it.`, "<b>", "Anna");
  expect(html(two)).toBe("<p>“<bdi>&lt;b&gt;</bdi>” <bdi>Anna</bdi> answers for it.</p>");
  expect(html(named((_name: string) => "Nobody.", "Anna"))).toBe("<p>Nobody.</p>");
});

test("a name that is a number is no place of another", () => {
  expect(html(named((one, other) => `${other}, ${one}`, "1", "0"))).toBe("<p><bdi>0</bdi>, <bdi>1</bdi></p>");
});
