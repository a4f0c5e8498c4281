import type { ReactNode } from "react";
import { common } from "~texts/common";
import { ceiling, path, type Value } from "./series";

export interface Series {
  name: string;
  values: readonly Value[];
  /** Colours of it, for a line `stroke-…` and for a bar `fill-…`, and of its sign in the legend. */
  draw: string;
  mark: string;
  /** Lines that are told apart by more than their colour: lengths of dashes and of what is between them. */
  dashed?: string;
}

interface ChartProps {
  /** What it shows, in a sentence: it stands above and is what a reader hears. */
  summary: string;
  series: readonly Series[];
  /** What stands below: the first, the last, and what is between where there is room. */
  ends: readonly string[];
  format: (value: number) => string;
  /** The same in words and numbers. */
  table: ReactNode;
}

const topOf = (series: readonly Series[]): number =>
  ceiling(Math.max(0, ...series.flatMap(({ values }) => values).filter((value) => value !== null)));

/** Lines over time, from 0. */
export function LineChart(props: ChartProps) {
  const top = topOf(props.series);
  return (
    <Frame {...props} top={top}>
      {props.series.map(({ name, values, draw, dashed }) => (
        <path
          key={name}
          d={path(values, top)}
          fill="none"
          className={draw}
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeLinejoin="round"
          strokeDasharray={dashed}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </Frame>
  );
}

/** Bars side by side, a group for each place on the axis; none where nothing is known. */
export function BarChart(props: ChartProps) {
  const top = topOf(props.series);
  const groups = props.series[0]?.values.length ?? 0;
  // A few months are no reason for bars as wide as the page.
  const group = 100 / Math.max(groups, 6);
  const bar = (group * 0.8) / props.series.length;
  return (
    <Frame {...props} top={top}>
      {props.series.map(({ name, values, draw }, at) =>
        values.map((value, place) => {
          if (value === null) return null;
          const height = (100 * value) / top;
          const x = place * group + at * bar;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: its place is what it is
            <rect key={`${name}${place}`} x={x} y={100 - height} width={bar * 0.9} height={height} className={draw} />
          );
        }),
      )}
    </Frame>
  );
}

function Frame({
  summary,
  series,
  ends,
  format,
  table,
  top,
  children,
}: ChartProps & { top: number; children: ReactNode }) {
  return (
    <figure className="grid gap-4">
      <figcaption className="max-w-prose">{summary}</figcaption>
      <ul className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
        {series.map(({ name, mark }) => (
          <li key={name} className="flex items-center gap-2">
            <span aria-hidden="true" className={`w-4 ${mark}`} />
            {name}
          </li>
        ))}
      </ul>
      <div aria-hidden="true" className="grid grid-cols-[auto_1fr] gap-x-2 text-dim text-xs tabular-nums">
        <div className="-my-2 flex h-52 flex-col justify-between text-end">
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{format(value)}</span>
          ))}
        </div>
        <svg
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          className="h-48 w-full overflow-visible"
          role="presentation"
        >
          {[0, 50, 100].map((y) => (
            <path key={y} d={`M0 ${y}h100`} className="stroke-line" vectorEffect="non-scaling-stroke" />
          ))}
          {children}
        </svg>
        <span />
        <p className="mt-1 flex justify-between gap-2">
          {ends.map((end) => (
            <span key={end}>{end}</span>
          ))}
        </p>
      </div>
      <details className="text-sm">
        <summary className="w-fit text-dim">{common.asTable}</summary>
        <div className="mt-2 max-h-96 overflow-y-auto">{table}</div>
      </details>
    </figure>
  );
}
