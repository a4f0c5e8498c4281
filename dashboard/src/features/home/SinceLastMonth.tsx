import type { CourseDay } from "~/api/generated/types.gen";
import { day, money } from "~/lib/format";
import { findings as t } from "~texts/findings";
import { type Since, since, steps } from "./course";

/** What was found a month ago and now, its line, and what changed in a sentence. */
export function SinceLastMonth({ course }: { course: readonly CourseDay[] }) {
  const today = new Date().toISOString().slice(0, 10);
  const known = since(course, today);
  if (!known) return null;
  const { before, now, whole } = known;
  // Before the first check nothing was found.
  const then = whole ? before.monthly : { ...now.monthly, amount_minor: 0 };
  if (then.amount_minor === 0 && now.monthly.amount_minor === 0) return null;
  return (
    <section className="grid gap-x-6 gap-y-2 border-line border-t pt-6 sm:flex sm:items-center">
      <div>
        <h2 className="text-base">{t.since.title}</h2>
        <p className="text-lg tabular-nums">{t.since.found(money(then), money(now.monthly))}</p>
      </div>
      {/* One day is a point, not a line. */}
      {before.day < today && <Sparkline line={steps(course, today)} />}
      <p className="text-dim">{sentence(known)}</p>
    </section>
  );
}

function Sparkline({ line }: { line: string }) {
  return (
    <svg
      viewBox="0 0 100 100"
      preserveAspectRatio="none"
      className="h-8 w-full max-w-48 overflow-visible"
      aria-hidden="true"
    >
      <path
        d={line}
        fill="none"
        className="stroke-accent"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function sentence({ before, now, whole }: Since): string {
  const more = now.monthly.amount_minor - before.monthly.amount_minor;
  const first = whole ? "" : t.since.first(day(before.day));
  if (more === 0) return first || t.since.same;
  const by = money({ ...now.monthly, amount_minor: Math.abs(more) });
  const change = t.since.changed(more > 0, by, now.unassigned - before.unassigned, now.findings - before.findings);
  return `${first} ${change}`.trim();
}
