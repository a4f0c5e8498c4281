import { useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { findingsListPeopleOptions, findingsPersonOptions } from "~/api/generated/@tanstack/react-query.gen";
import { useCan } from "~/features/shell/me";
import { useSettled } from "~/lib/settled";
import { Button } from "~/ui/button";
import { Field, noSend } from "~/ui/form";
import { company } from "~texts/company";

const t = company.picker;
const SHOWN = 5;

/** People by their numbers at Microsoft: those chosen with their names, and a way to find others. */
export function PeoplePicker({
  label,
  chosen,
  onChange,
  mayEdit,
}: {
  label: string;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  mayEdit: boolean;
}) {
  const enabled = useCan("people:read");
  const people = useQueries({
    queries: chosen.map((person) => ({ ...findingsPersonOptions({ path: { person } }), enabled, staleTime: 300_000 })),
  });
  return (
    <section aria-label={label} className="grid gap-2">
      <h3>{label}</h3>
      {chosen.length === 0 && <p className="text-dim text-sm">{t.none}</p>}
      <ul>
        {chosen.map((person, at) => {
          // Somebody who is gone from the directory, or whose name this reader may not see.
          const name = people[at]?.data?.name ?? person;
          return (
            <li
              key={person}
              className="flex items-center justify-between gap-3 border-line border-b py-1 last:border-0"
            >
              <bdi>{name}</bdi>
              {mayEdit && (
                <Button
                  look="quiet"
                  onClick={() => onChange(chosen.filter((one) => one !== person))}
                  aria-label={t.removePerson(name)}
                >
                  {t.remove}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {mayEdit && enabled && <Find chosen={chosen} onAdd={(person) => onChange([...chosen, person])} />}
    </section>
  );
}

function Find({ chosen, onAdd }: { chosen: readonly string[]; onAdd: (person: string) => void }) {
  const [typed, type] = useState("");
  const search = useSettled(typed.trim());
  const found = useQuery({
    ...findingsListPeopleOptions({ query: { search, limit: SHOWN + chosen.length } }),
    enabled: search !== "",
  });
  const rows = found.data?.items.filter(({ person }) => !chosen.includes(person)).slice(0, SHOWN) ?? [];
  return (
    <div className="grid gap-1">
      <Field
        label={t.find}
        name="find"
        type="search"
        required={false}
        autoComplete="off"
        maxLength={100}
        value={typed}
        onChange={(event) => {
          // Looking for somebody changes nothing of the form around it.
          event.stopPropagation();
          type(event.target.value);
        }}
        onKeyDown={noSend}
      />
      <div role="status">
        {search && found.data && rows.length === 0 && <p className="text-dim text-sm">{t.nobody}</p>}
        <ul>
          {search &&
            rows.map(({ person, name, address }) => (
              <li key={person} className="flex items-center justify-between gap-3">
                <span>
                  <bdi>{name}</bdi> <bdi className="break-all text-dim text-sm">{address}</bdi>
                </span>
                <Button
                  look="quiet"
                  onClick={() => {
                    onAdd(person);
                    type("");
                  }}
                  aria-label={t.addPerson(name)}
                >
                  {t.add}
                </Button>
              </li>
            ))}
        </ul>
      </div>
    </div>
  );
}
