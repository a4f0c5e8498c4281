import { expect, test } from "vitest";
import { qr } from "./qr";

const drawn = (modules: boolean[][]) => modules.map((line) => line.map((dark) => (dark ? "#" : ".")).join(""));

test("the size follows from the length, and the finders stand in three corners", () => {
  for (const [length, size] of [
    [17, 21],
    [18, 25],
    [106, 37],
    [107, 41],
    [271, 57],
  ] as const) {
    const code = drawn(qr("x".repeat(length)));
    expect(code).toHaveLength(size);
    const finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
    expect(code.slice(0, 7).map((line) => line.slice(0, 7))).toEqual(finder);
    expect(code.slice(0, 7).map((line) => line.slice(-7))).toEqual(finder);
    expect(code.slice(-7).map((line) => line.slice(0, 7))).toEqual(finder);
  }
  expect(() => qr("x".repeat(272))).toThrow(RangeError);
});

test("a code is module for module what another encoder makes", () => {
  // By python-qrcode 8, level L, byte mode, mask 0.
  const other = [
    "#######...#.#.#######",
    "#.....#.....#.#.....#",
    "#.###.#.#.#...#.###.#",
    "#.###.#.....#.#.###.#",
    "#.###.#..#.##.#.###.#",
    "#.....#..###..#.....#",
    "#######.#.#.#.#######",
    "........#.#..........",
    "###.#####.#.###...#..",
    "#.#.##.###.#.##.###.#",
    "#..#..###..#..###.###",
    "##.###..#..##..#...#.",
    ".###..#.##.#.#...#...",
    "........####.##.###.#",
    "#######.#.#.#.###.###",
    "#.....#.#..#...#...#.",
    "#.###.#.##...#...#.#.",
    "#.###.#...#.###.####.",
    "#.###.#.#..##.###.#.#",
    "#.....#.#..#...#...#.",
    "#######.##...#...#.##",
  ];
  expect(drawn(qr("x".repeat(12)))).toEqual(other);
});
