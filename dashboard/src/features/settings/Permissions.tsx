import type { Permission } from "~/api/generated/types.gen";
import { Check } from "~/ui/form";
import { settings } from "~texts/settings";

/** Rights to choose from: those that whoever chooses has; nobody gives more. */
export function Permissions({
  legend,
  own,
  chosen = [],
}: {
  legend: string;
  own: readonly Permission[];
  chosen?: readonly Permission[];
}) {
  return (
    <fieldset className="grid gap-x-6 sm:grid-cols-2">
      <legend className="mb-1 font-medium">{legend}</legend>
      {own.map((permission) => (
        <Check
          key={permission}
          name="permissions"
          value={permission}
          defaultChecked={chosen.includes(permission)}
          label={settings.permission(permission)}
        />
      ))}
    </fieldset>
  );
}

export const permissionsOf = (values: FormData): Permission[] => values.getAll("permissions") as Permission[];
