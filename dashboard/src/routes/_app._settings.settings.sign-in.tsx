import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { tenantsPolicy, tenantsSetPolicy } from "~/api/generated/sdk.gen";
import type { Join, Policy, PolicyRequest, SecondFactor, SignInWays } from "~/api/generated/types.gen";
import { type Save, useEdited } from "~/api/versioned";
import { useTeam } from "~/features/settings/team";
import { Unsaved } from "~/features/settings/Unsaved";
import { Allowed } from "~/features/shell/Allowed";
import { useRoleReason } from "~/features/shell/me";
import { dayOf, instant } from "~/lib/days";
import { Field, Form, Select, Submit, text } from "~/ui/form";
import { Page, Part } from "~/ui/page";
import { Notice, Problem, Skeleton } from "~/ui/states";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { roleName } from "~texts/roles";
import { settings } from "~texts/settings";

const t = settings.rules;

export const Route = createFileRoute("/_app/_settings/settings/sign-in")({
  component: () => (
    <Allowed to="tenant:read" title={t.title}>
      <Rules />
    </Allowed>
  ),
});

function Rules() {
  const { newest, shown, typed, touch, save } = useEdited(["policy"], () => tenantsPolicy());
  const mayNot = useRoleReason("tenant:manage");
  return (
    <Page title={t.title} lead={t.lead} narrow>
      {newest.error && <Problem error={newest.error} onRetry={() => newest.refetch()} />}
      {newest.isPending && !newest.error && <Skeleton rows={3} tall />}
      {mayNot && <Notice title={mayNot} />}
      {shown && <Editor key={shown.version} policy={shown.value} mayEdit={!mayNot} onType={touch} onSave={save} />}
      <Unsaved typed={typed} />
    </Page>
  );
}

function Editor({
  policy,
  mayEdit,
  onType,
  onSave,
}: {
  policy: Policy;
  mayEdit: boolean;
  onType: () => void;
  onSave: Save<Policy>;
}) {
  const { members, roles } = useTeam();
  const [second, setSecond] = useState<string>(policy.second_factor?.is ?? "optional");
  const [ways, setWays] = useState<string>(policy.sign_in?.by ?? "any");
  const [who, setWho] = useState<string>(policy.join?.who ?? "nobody");
  const save = async (values: FormData) => {
    await onSave(asked(values), formOf, (body, version) =>
      tenantsSetPolicy({ body, headers: { "If-Match": version } }),
    );
    toast(common.saved);
  };
  const required = policy.second_factor?.is === "required" ? dayOf(new Date(policy.second_factor.from)) : undefined;
  const breakGlass = policy.sign_in?.by === "microsoft" ? policy.sign_in.break_glass : undefined;
  const joinRole = policy.join?.who === "directory" ? policy.join.role : "read_only";
  const owners = members.data?.items.filter(({ role }) => role === "owner") ?? [];
  // Nobody gets to let in others, or to give them more, without a person who decides it.
  const manages = ["members:manage", "roles:manage"] as const;
  const joinRoles =
    roles.data?.items.filter(({ permissions }) => !manages.some((right) => permissions.includes(right))) ?? [];
  return (
    <Form label={t.title} onSend={save}>
      <fieldset disabled={!mayEdit} onChange={onType} className="grid gap-6">
        <Part title={t.second}>
          <Select label={t.second} name="second" value={second} onChange={(event) => setSecond(event.target.value)}>
            <option value="optional">{t.optional}</option>
            <option value="required">{t.required}</option>
          </Select>
          {second === "required" && (
            <Field label={t.from} name="second_factor/from" type="date" defaultValue={required} />
          )}
        </Part>
        <Part title={t.ways}>
          <Select label={t.ways} name="ways" value={ways} onChange={(event) => setWays(event.target.value)}>
            <option value="any">{t.any}</option>
            <option value="microsoft">{t.microsoft}</option>
          </Select>
          {ways === "microsoft" && (
            <Select
              // Names come with other requests: what holds is chosen before and after.
              key={owners.length}
              label={t.breakGlass}
              name="sign_in/break_glass"
              hint={t.breakGlassHint}
              defaultValue={breakGlass}
            >
              {breakGlass && owners.every(({ user }) => user !== breakGlass) && (
                <option value={breakGlass}>{t.asNow}</option>
              )}
              {owners.map(({ user, name }) => (
                <option key={user} value={user}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Part>
        <Part title={t.join}>
          <Select label={t.join} name="who" value={who} onChange={(event) => setWho(event.target.value)}>
            <option value="nobody">{t.nobody}</option>
            <option value="directory">{t.directory}</option>
            <option value="app_role">{t.appRole}</option>
          </Select>
          {who === "directory" && (
            <Select key={joinRoles.length} label={t.joinRole} name="join/role" defaultValue={joinRole}>
              {joinRoles.every(({ role }) => role !== joinRole) && (
                <option value={joinRole}>{roleName(joinRole, t.asNow)}</option>
              )}
              {joinRoles.map(({ role, name }) => (
                <option key={role} value={role}>
                  {roleName(role, name)}
                </option>
              ))}
            </Select>
          )}
        </Part>
        {mayEdit && (
          <div>
            <Submit>{t.save}</Submit>
          </div>
        )}
      </fieldset>
    </Form>
  );
}

/** Rules as the form would say them unchanged. */
const formOf = ({ second_factor, sign_in, join }: Policy): PolicyRequest => ({
  second_factor:
    second_factor?.is === "required"
      ? { is: "required", from: instant(dayOf(new Date(second_factor.from))) }
      : { is: "optional" },
  sign_in: sign_in ?? { by: "any" },
  join: join ?? { who: "nobody" },
});

/** The rules as the form says them. */
function asked(values: FormData): PolicyRequest {
  const second_factor: SecondFactor =
    text(values, "second") === "required"
      ? { is: "required", from: instant(text(values, "second_factor/from")) }
      : { is: "optional" };
  const sign_in: SignInWays =
    text(values, "ways") === "microsoft"
      ? { by: "microsoft", break_glass: text(values, "sign_in/break_glass") }
      : { by: "any" };
  const who = text(values, "who");
  const join: Join =
    who === "directory" ? { who, role: text(values, "join/role") } : who === "app_role" ? { who } : { who: "nobody" };
  return { second_factor, sign_in, join };
}
