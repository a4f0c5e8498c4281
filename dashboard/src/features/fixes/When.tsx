import { type FocusEvent, useId } from "react";
import { dayAhead, dayOf, instant } from "~/lib/days";
import { noSend } from "~/ui/form";
import { fixing as t } from "~texts/fixing";

const BEGINS_AT = "07:00";
const AHEAD_DAYS = 365;

interface Props {
  at: string | undefined;
  onAt: (at: string | undefined) => void;
  /** Another time was just chosen here: whoever did so goes on from there. */
  chosen: boolean;
}

/** At once, or on a day to come. */
export function When({ at, onAt, chosen }: Props) {
  const name = useId();
  const goOn = chosen ? focus : undefined;
  const day = at && dayOf(new Date(at));
  const chooseDay = ({ target }: FocusEvent<HTMLInputElement>) => {
    if (!target.value || !target.validity.valid) target.value = day ?? "";
    else if (target.value !== day) onAt(instant(target.value, BEGINS_AT));
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="font-semibold">{t.when}</legend>
      <label className="flex items-center gap-3">
        <input
          ref={at ? undefined : goOn}
          type="radio"
          name={name}
          className="size-5"
          checked={!at}
          onChange={() => onAt(undefined)}
          onKeyDown={noSend}
        />
        {t.now}
      </label>
      <label className="flex items-center gap-3">
        <input
          type="radio"
          name={name}
          className="size-5"
          checked={Boolean(at)}
          onChange={() => onAt(instant(dayAhead(1), BEGINS_AT))}
          onKeyDown={noSend}
        />
        {t.onDay}
      </label>
      {day && (
        <div className="grid gap-1">
          <input
            ref={goOn}
            type="date"
            aria-label={t.day}
            className="min-h-11 w-fit rounded-md border border-edge bg-card px-3 sm:min-h-9"
            min={dayAhead(1)}
            max={dayAhead(AHEAD_DAYS)}
            defaultValue={day}
            // Whoever types a day is through other days on the way to it.
            onBlur={chooseDay}
            onKeyDown={noSend}
          />
          <p className="text-dim text-sm">{t.dayHint}</p>
        </div>
      )}
    </fieldset>
  );
}

/** Unless the focus is somewhere by now. */
const focus = (element: HTMLElement | null): void => {
  if (document.activeElement === document.body) element?.focus();
};
