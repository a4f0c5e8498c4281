import type { Currency } from "~/api/generated/types.gen";
import { Select } from "~/ui/form";
import { auth } from "~texts/auth";

const t = auth.currency;
const CURRENCIES = ["USD", "EUR", "GBP"] as const satisfies readonly Currency[];

/** What a company's prices are shown in. */
export const CurrencyChoice = () => (
  <Select label={t.label} name="currency" defaultValue="USD">
    {CURRENCIES.map((currency) => (
      <option key={currency} value={currency}>
        {t[currency]}
      </option>
    ))}
  </Select>
);

/** The one that was chosen. */
export const currencyOf = (values: FormData): Currency =>
  CURRENCIES.find((currency) => currency === values.get("currency")) ?? "USD";
