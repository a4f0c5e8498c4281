import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { FixView } from "~/api/generated/types.gen";
import { ago, moment, money, withDays } from "~/lib/format";
import { named } from "~/ui/named";
import { Status } from "~/ui/states";
import { changes as t } from "~texts/changes";
import { FixActs } from "./FixActs";
import { standing } from "./fix";

/** One change in a list: what, who, when, how it ended, and whether it can be undone. */
export function FixRow({ fix, names }: { fix: FixView; names: ReadonlyMap<string, string> }) {
  const { word, tone } = standing(fix);
  return (
    <li className="grid gap-x-6 gap-y-2 border-line border-b py-4 first:border-t sm:grid-cols-[1fr_auto]">
      <div className="grid gap-1">
        <p className="flex flex-wrap items-center gap-x-4">
          <Link
            to="/changes/$fix"
            params={{ fix: fix.fix }}
            className="font-semibold underline-offset-4 hover:underline"
          >
            {fix.headline}
          </Link>
          <Status tone={tone}>{word}</Status>
        </p>
        <p className="text-dim text-sm">
          {who(fix, names)}
          {fix.at && fix.state === "scheduled" && ` · ${t.begins(moment(fix.at))}`}
        </p>
        {fix.state !== "scheduled" && fix.state !== "cancelled" && (
          <p className="text-sm">
            {fix.undo_tally ? t.tally(fix.undo_tally, true) : t.tally(fix.tally)}
            {!fix.undo_tally && fix.saving.monthly && ` · ${t.saves(money(fix.saving.monthly))}`}
          </p>
        )}
        {fix.state === "finished" && <p className="text-dim text-sm">{withDays(fix.undo.text)}</p>}
      </div>
      <FixActs fix={fix} />
    </li>
  );
}

/** Who approved it, and when; only when, before it is known who the members are. */
export function who(fix: FixView, names: ReadonlyMap<string, string>): ReactNode {
  const when = ago(fix.requested_at);
  return names.size > 0 ? named((name) => t.by(name, when), names.get(fix.requested_by) ?? t.somebody) : when;
}
