import { type ReactNode, useEffect, useLayoutEffect } from "react";
import { common as t } from "~texts/common";

/** A page: its title in the tab, its one heading, what can be done with all of it. */
export function Page({
  title,
  heading = title,
  lead,
  actions,
  children,
  narrow = false,
}: {
  title: string;
  /** The title as it stands on the page, where there is a name in it. */
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  narrow?: boolean;
}) {
  useTitle(title);
  return (
    <div className={`grid gap-6 ${narrow ? "max-w-2xl" : ""}`}>
      <header className="flex flex-wrap items-end justify-between gap-4">
        <div className="grid gap-1">
          <h1>{heading}</h1>
          {lead && <div className="max-w-prose text-dim [overflow-wrap:anywhere]">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Characters that turn around what follows them (Unicode UAX 9). A tab has nothing to end them. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const entitle = (title: string): void => {
  document.title = `${title.replace(TURNS, "")} · ${t.product}`;
};

/** What stands in the tab. */
export function useTitle(title: string): void {
  useEffect(() => entitle(title), [title]);
}

/** What stands there until a page inside of it says what it is called: that of the page before would be wrong. */
export function useTitleMeanwhile(title: string): void {
  // Before the effects of what is inside.
  useLayoutEffect(() => entitle(title), [title]);
}

/** A part of a page, with a heading of its own. */
export function Part({
  title,
  lead,
  actions,
  children,
}: {
  title: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="grid gap-4 rounded-xl border border-line bg-card p-5 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="grid gap-1">
          <h2>{title}</h2>
          {lead && <p className="max-w-prose text-dim">{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
