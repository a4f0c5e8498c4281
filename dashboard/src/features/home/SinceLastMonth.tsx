import type { CourseDay } from "~/api/generated/types.gen";
import { day, money } from "~/lib/format";
import { findings as t } from "~texts/findings";
import { AsTable } from "./AsTable";
import { type Since, since, steps, turns } from "./course";

/** What was found a month ago, or by the first check, and now, its line, and what changed in a sentence. */
export function SinceLastMonth({ course }: { course: readonly CourseDay[] }) {
  const today = new Date().toISOString().slice(0, 10);
  const known = since(course, today);
  if (!known) return null;
  const { before, now, whole } = known;
  if (before.monthly.amount_minor === 0 && now.monthly.amount_minor === 0) return null;
  return (
    <section className="grid gap-2 border-line border-t pt-6">
      <div className="grid gap-x-6 gap-y-2 sm:flex sm:items-center">
        <div>
          <h2 className="text-base">{whole ? t.since.title : t.since.titleFirst}</h2>
          <p className="text-lg tabular-nums">{t.since.found(money(before.monthly), money(now.monthly))}</p>
        </div>
        <Sparkline line={steps(course, today)} />
        <p className="text-dim">{sentence(known)}</p>
      </div>
      <AsTable
        caption={t.since.caption}
        of={t.since.day}
        rows={turns(course, today).map(({ day: on, monthly }) => ({ name: day(on), amount: monthly }))}
      />
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
  if (whole && more === 0) return t.since.same;
  const first = whole ? "" : t.since.first(day(before.day));
  if (more === 0) return `${first} ${t.since.sameAsThen}`;
  const by = money({ ...now.monthly, amount_minor: Math.abs(more) });
  const change = t.since.changed(more > 0, by, now.unassigned - before.unassigned, now.findings - before.findings);
  return `${first} ${change}`.trim();
}
