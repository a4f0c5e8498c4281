import { useId } from "react";
import { fixing as t } from "~texts/fixing";

const BEGINS_AT = "07:00";
const AHEAD_DAYS = 365;

/** The day of an instant, here. */
const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, "0")}-${String(at.getDate()).padStart(2, "0")}`;
const ahead = (days: number): string => dayOf(new Date(Date.now() + days * 86_400_000));
const instant = (day: string): string => new Date(`${day}T${BEGINS_AT}`).toISOString();

/** At once, or on a day to come. */
export function When({ at, onAt }: { at: string | undefined; onAt: (at: string | undefined) => void }) {
  const name = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="font-semibold">{t.when}</legend>
      <label className="flex items-center gap-3">
        <input type="radio" name={name} className="size-5" checked={!at} onChange={() => onAt(undefined)} />
        {t.now}
      </label>
      <label className="flex items-center gap-3">
        <input
          type="radio"
          name={name}
          className="size-5"
          checked={Boolean(at)}
          onChange={() => onAt(instant(ahead(1)))}
        />
        {t.onDay}
      </label>
      {at && (
        <div className="grid gap-1">
          <input
            type="date"
            aria-label={t.day}
            className="min-h-11 w-fit rounded-md border border-edge bg-card px-3 sm:min-h-9"
            min={ahead(1)}
            max={ahead(AHEAD_DAYS)}
            value={dayOf(new Date(at))}
            onChange={(event) => event.target.validity.valid && event.target.value && onAt(instant(event.target.value))}
          />
          <p className="text-dim text-sm">{t.dayHint}</p>
        </div>
      )}
    </fieldset>
  );
}
