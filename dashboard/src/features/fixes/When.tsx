import { useId } from "react";
import { dayAhead, dayOf, instant } from "~/lib/days";
import { fixing as t } from "~texts/fixing";

const BEGINS_AT = "07:00";
const AHEAD_DAYS = 365;

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
          onChange={() => onAt(instant(dayAhead(1), BEGINS_AT))}
        />
        {t.onDay}
      </label>
      {at && (
        <div className="grid gap-1">
          <input
            type="date"
            aria-label={t.day}
            className="min-h-11 w-fit rounded-md border border-edge bg-card px-3 sm:min-h-9"
            min={dayAhead(1)}
            max={dayAhead(AHEAD_DAYS)}
            value={dayOf(new Date(at))}
            onChange={(event) =>
              event.target.validity.valid && event.target.value && onAt(instant(event.target.value, BEGINS_AT))
            }
          />
          <p className="text-dim text-sm">{t.dayHint}</p>
        </div>
      )}
    </fieldset>
  );
}
