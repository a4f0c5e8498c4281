// Numbers, money and time as people of the reader's place write them. Texts are English, so of an English place.
import type { Money } from "~/api/generated/types.gen";
import { times } from "~texts/times";
import { forget, keep, kept } from "./kept";

const PLACE = "steward-place";
/** Of an English place; what was kept may have been written by anybody. */
const english = (place: unknown): string | undefined =>
  typeof place === "string" && /^en(-[A-Z]{2})?$/.test(place) ? place : undefined;
const chosen = (): string | undefined => english(kept(PLACE, "machine"));
const BROWSERS = navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB";

export const locale: string = chosen() ?? BROWSERS;

/**
 * Keeps the place whoever is signed in here chose, or that they chose none: then it is the browser's, as where it is no
 * English one. Whether the pages write otherwise once they are loaded anew; never where this machine keeps nothing.
 */
export function keepPlace(place: string | null | undefined): boolean {
  const wanted = english(place);
  if (wanted) keep(PLACE, wanted, "machine");
  else forget(PLACE, "machine");
  return chosen() === wanted && (wanted ?? BROWSERS) !== locale;
}

/** Makes each formatter once: making one costs a hundred times what using it does. */
function once<Key, Formatter>(make: (key: Key) => Formatter): (key: Key) => Formatter {
  const made = new Map<Key, Formatter>();
  return (key) => {
    const formatter = made.get(key) ?? make(key);
    made.set(key, formatter);
    return formatter;
  };
}

const currency = (minimumFractionDigits?: 0) =>
  once((currency: string) => new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits }));
const [wholeUnits, withCents] = [currency(0), currency()];

/** `$658`, or `$14.50` where there are cents. Amounts are in minor units. */
export function money({ amount_minor, currency }: Money): string {
  const format = amount_minor % 100 === 0 ? wholeUnits(currency) : withCents(currency);
  return format.format(amount_minor / 100);
}

const numbers = new Intl.NumberFormat(locale);

export const number = (value: number): string => numbers.format(value);

const instants = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
/** A day has no zone: it is the same day everywhere. */
const calendar = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const months = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** `5 Dec 2026`, of a day or an instant. */
export const day = (text: string): string => (text.length === 10 ? calendar : instants).format(new Date(text));

/** `Nov 2026`, of `2026-11`. */
export const month = (text: string): string => months.format(new Date(text));

/** `8 Jul – 4 Aug 2026`, of two days. */
export const days = (from: string, to: string): string => calendar.formatRange(new Date(from), new Date(to));

/** A text of ours in which days stand as `2026-12-05`, with each as people write it. */
export const withDays = (text: string): string =>
  text.replace(/\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g, day);

const weekdays = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const WEEK_MS = 7 * 86_400_000;

/** `Mon 07:00`; a day where that could be of more than one week. */
export function soon(text: string, now = Date.now()): string {
  const at = new Date(text);
  return at.getTime() - now < WEEK_MS ? weekdays.format(at) : day(text);
}

export const moment = (text: string): string => moments.format(new Date(text));

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** `12 minutes ago`; a day after two weeks. */
export function ago(text: string, now = Date.now()): string {
  const seconds = (new Date(text).getTime() - now) / 1000;
  if (Math.abs(seconds) > 14 * 86_400) return day(text);
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit ? relative.format(Math.trunc(seconds / unit[1]), unit[0]) : times.now;
}

const lists = new Intl.ListFormat(locale);

/** `one`, `one and two`, `one, two and three`. */
export const listed = (all: readonly string[]): string => lists.format(all);

const plurals = new Intl.PluralRules(locale);

/** `1 person`, `4 people`. */
export const count = (value: number, one: string, other: string): string =>
  `${number(value)} ${plurals.select(value) === "one" ? one : other}`;
