import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from "react";
import { useCheck } from "~/features/home/Freshness";
import { GROUPS } from "~/features/settings/groups";
import { Dialog } from "~/ui/dialog";
import { named } from "~/ui/named";
import { findings } from "~texts/findings";
import { shell as t } from "~texts/shell";
import { useCan } from "./me";
import { PAGES } from "./pages";
import { useSignOut } from "./signOut";

interface Act {
  name: string;
  /** Its name as it stands in the list, where there is in it what was typed. */
  shown?: ReactNode;
  /** What it belongs to. */
  of?: string | undefined;
  /** Why it does not work now. */
  reason?: string | undefined;
  run: () => unknown;
}

const words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Every word typed is somewhere in its name. */
const fits = ({ name, of = "" }: Act, typed: string): boolean => {
  const text = `${name} ${of}`.toLowerCase();
  return words(typed).every((word) => text.includes(word));
};

function useActs(typed: string): Act[] {
  const navigate = useNavigate();
  const check = useCheck();
  const [signOut] = useSignOut();
  const seesPeople = useCan("people:read");
  const search = typed.trim();
  const acts: Act[] = [
    ...PAGES.slice(0, -1).map(({ to, name }) => ({ name, run: () => navigate({ to }) })),
    ...GROUPS.flatMap(({ name: of, tabs }) =>
      tabs.map(({ to, name }) => ({ name, of: `${t.settings}, ${of}`, run: () => navigate({ to }) })),
    ),
    { name: findings.checkNow, reason: check.reason, run: check.start },
    { name: t.signOut, run: signOut },
  ];
  const people: Act = {
    name: t.find.people(search),
    shown: named(t.find.people, search),
    run: () => navigate({ to: "/people", search: { search } }),
  };
  return [...acts.filter((act) => fits(act, typed)), ...(search && seesPeople ? [people] : [])];
}

/** Pages and acts, found by typing: arrows choose, Enter does it, Escape leaves. */
export function Palette({ onClose }: { onClose: () => void }) {
  const list = useId();
  const [typed, type] = useState("");
  const [at, choose] = useState(0);
  const acts = useActs(typed);
  const chosen = Math.min(at, acts.length - 1);
  useEffect(() => {
    document.getElementById(`${list}${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [list, chosen]);
  const run = (act: Act | undefined) => {
    if (!act || act.reason) return;
    onClose();
    act.run();
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") run(acts[chosen]);
    else if (!step || acts.length === 0) return;
    else choose((chosen + step + acts.length) % acts.length);
    event.preventDefault();
  };
  return (
    <Dialog title={t.find.open} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-label={t.find.label}
        placeholder={t.find.label}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen < 0 ? undefined : `${list}${chosen}`}
        autoComplete="off"
        spellCheck="false"
        maxLength={100}
        className="min-h-11 w-full rounded-md border border-edge bg-card px-3"
        value={typed}
        onChange={(event) => {
          type(event.target.value);
          choose(0);
        }}
        onKeyDown={pressed}
      />
      <div id={list} role="listbox" aria-label={t.find.open} className="mt-3 grid h-80 content-start overflow-y-auto">
        {acts.map((act, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the input's, which has the focus
          <div
            key={act.name + act.of}
            id={`${list}${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            aria-disabled={act.reason ? true : undefined}
            className={`flex min-h-9 cursor-pointer flex-wrap items-center justify-between gap-x-4 rounded-md px-3 py-1 ${place === chosen ? "bg-tint text-accent" : ""}`}
            onPointerMove={() => choose(place)}
            onClick={() => run(act)}
          >
            <span>{act.shown ?? act.name}</span>
            {(act.reason ?? act.of) && <span className="text-dim text-sm">{act.reason ?? act.of}</span>}
          </div>
        ))}
      </div>
      <p role="status" className={acts.length === 0 ? "text-dim" : "sr-only"}>
        {acts.length === 0 && t.find.none}
      </p>
    </Dialog>
  );
}
