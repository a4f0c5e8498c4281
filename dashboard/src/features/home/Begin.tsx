import { Link, type LinkProps } from "@tanstack/react-router";
import { useState } from "react";
import type { OverviewView } from "~/api/generated/types.gen";
import { useCan, useMe } from "~/features/shell/me";
import { keep, kept } from "~/lib/kept";
import { Button } from "~/ui/button";
import { Icon } from "~/ui/icons";
import { findings } from "~texts/findings";

const t = findings.begin;

type Step = "prices" | "review" | "mails" | "invite";
interface There {
  step: Step;
  link: Pick<LinkProps, "to" | "params">;
}
interface Kept {
  been?: Step[];
  hidden?: boolean;
}

/** What to do in the first days, until it is done or put away: for each person, on this machine. */
export function Begin({ overview: { top, accepted } }: { overview: OverviewView }) {
  const { data: me } = useMe();
  const invites = useCan("members:manage");
  const name = `begin-${me?.tenant}-${me?.user}`;
  const [{ been = [], hidden }, set] = useState<Kept>(() => kept<Kept>(name, "machine") ?? {});
  if (!me || hidden) return null;
  const write = (next: Kept) => {
    keep(name, next, "machine");
    set(next);
  };
  const [first] = top;
  const all: (There | undefined | false)[] = [
    { step: "prices", link: { to: "/licences" } },
    first && { step: "review", link: { to: "/savings/$finding", params: { finding: first.finding } } },
    { step: "mails", link: { to: "/account/notifications" } },
    invites && { step: "invite", link: { to: "/team" } },
  ];
  const steps = all.filter((one) => typeof one === "object");
  const done = (step: Step) => been.includes(step) || (step === "review" && accepted > 0);
  if (steps.every(({ step }) => done(step))) return null;
  return (
    <section className="grid gap-2 border-line border-t pt-6">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-base">{t.title}</h2>
        <Button look="quiet" onClick={() => write({ been, hidden: true })}>
          {t.hide}
        </Button>
      </div>
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        <Done>{t.connected}</Done>
        {steps.map(({ step, link }) =>
          done(step) ? (
            <Done key={step}>{t.steps[step]}</Done>
          ) : (
            <li key={step} className="flex items-center gap-2">
              <span aria-hidden="true" className="size-4 rounded-full border border-edge" />
              <Link
                {...link}
                className="flex min-h-8 items-center text-accent underline underline-offset-4"
                onClick={() => write({ been: [...been, step] })}
              >
                {t.steps[step]}
              </Link>
            </li>
          ),
        )}
      </ul>
    </section>
  );
}

const Done = ({ children }: { children: string }) => (
  <li className="flex min-h-8 items-center gap-2 text-dim">
    <Icon name="check" className="size-4 text-good" />
    {children} <span className="sr-only">{t.done}</span>
  </li>
);
