import { useState } from "react";
import { membersCreateRole, membersDeleteRole, membersReplaceRole } from "~/api/generated/sdk.gen";
import type { RoleView } from "~/api/generated/types.gen";
import { change } from "~/api/versioned";
import { useMe, useRoleReason } from "~/features/shell/me";
import { Button } from "~/ui/button";
import { Buttons } from "~/ui/buttons";
import { Dialog } from "~/ui/dialog";
import { Field, Form, Select, text } from "~/ui/form";
import { named } from "~/ui/named";
import { Part } from "~/ui/page";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { roleName } from "~texts/roles";
import { settings } from "~texts/settings";
import { Permissions, permissionsOf } from "./Permissions";

const t = settings.team;

/** What each role may do; the company's own can be made and changed. */
export function Roles({ roles, onChange }: { roles: readonly RoleView[]; onChange: () => Promise<unknown> }) {
  const mayNot = useRoleReason("roles:manage");
  const [editing, edit] = useState<RoleView | "new">();
  const [deleting, remove] = useState<RoleView>();
  return (
    <Part
      title={t.roles}
      lead={t.rolesLead}
      actions={
        <Button onClick={() => edit("new")} disabledReason={mayNot}>
          {t.makeRole}
        </Button>
      }
    >
      <ul className="grid">
        {roles.map((role) => (
          <li
            key={role.role}
            className="flex flex-wrap items-start justify-between gap-3 border-line border-b py-3 last:border-0"
          >
            <details className="min-w-0">
              <summary className="font-semibold">
                <bdi>{roleName(role.role, role.name)}</bdi>
              </summary>
              <p className="max-w-prose text-dim text-sm">{role.permissions.map(settings.permission).join(" · ")}</p>
            </details>
            {role.etag && (
              <span className="flex gap-2">
                <Button onClick={() => edit(role)} disabledReason={mayNot} aria-label={`${t.editRole}: ${role.name}`}>
                  {t.editRole}
                </Button>
                <Button
                  look="danger"
                  onClick={() => remove(role)}
                  disabledReason={mayNot}
                  aria-label={`${t.deleteRole}: ${role.name}`}
                >
                  {t.deleteRole}
                </Button>
              </span>
            )}
          </li>
        ))}
      </ul>
      {editing && (
        <Editor
          role={editing === "new" ? undefined : editing}
          version={editing === "new" ? undefined : (roles.find(({ role }) => role === editing.role) ?? editing).etag}
          onStale={onChange}
          onClose={() => edit(undefined)}
          onSaved={async () => {
            edit(undefined);
            await onChange();
          }}
        />
      )}
      {deleting && <Delete role={deleting} roles={roles} onDeleted={onChange} onClose={() => remove(undefined)} />}
    </Part>
  );
}

/** Nobody is left without a role: whoever has this one gets another. */
function Delete({
  role: { role, name },
  roles,
  onDeleted,
  onClose,
}: {
  role: RoleView;
  roles: readonly RoleView[];
  onDeleted: () => Promise<unknown>;
  onClose: () => void;
}) {
  return (
    <Dialog title={named(t.deleteRoleTitle, name)} onClose={onClose}>
      <Form
        label={t.deleteRole}
        onSend={async (values) => {
          await membersDeleteRole({ path: { role }, query: { reassign_to: text(values, "reassign_to") } });
          toast(t.done);
          onClose();
          await onDeleted();
        }}
      >
        <Select label={t.instead} hint={t.insteadHint} name="reassign_to" defaultValue="read_only">
          {roles
            .filter((other) => other.role !== role && other.role !== "owner")
            .map((other) => (
              <option key={other.role} value={other.role}>
                {roleName(other.role, other.name)}
              </option>
            ))}
        </Select>
        <Buttons act={t.deleteRole} look="danger" onClose={onClose} />
      </Form>
    </Dialog>
  );
}

function Editor({
  role,
  version,
  onStale,
  onSaved,
  onClose,
}: {
  role: RoleView | undefined;
  version: string | null | undefined;
  onStale: () => Promise<unknown>;
  onSaved: () => Promise<void>;
  onClose: () => void;
}) {
  const me = useMe();
  return (
    <Dialog title={role ? <bdi>{role.name}</bdi> : t.makeRole} onClose={onClose}>
      <Form
        label={t.makeRole}
        onSend={async (values) => {
          const body = { name: text(values, "name"), permissions: permissionsOf(values) };
          if (role && version) {
            const path = { role: role.role };
            await change(() => membersReplaceRole({ path, headers: { "if-match": version }, body }), onStale);
          } else await membersCreateRole({ body });
          toast(common.saved);
          await onSaved();
        }}
      >
        <Field label={t.roleName} name="name" defaultValue={role?.name} maxLength={50} autoComplete="off" />
        <Permissions legend={t.may} own={me.data?.permissions ?? []} chosen={role?.permissions} />
        <Buttons act={t.saveRole} onClose={onClose} />
      </Form>
    </Dialog>
  );
}
