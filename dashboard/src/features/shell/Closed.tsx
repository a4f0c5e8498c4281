import { ApiError } from "~/api/error";
import { accountsSignOut } from "~/api/generated/sdk.gen";
import { signedOut } from "~/api/session";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { shell as t } from "~texts/shell";
import { DeadEnd } from "./DeadEnd";

export const isClosed = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.code === "tenant_closed";

/** In place of every page of a company that is closed: why, who opens it, and the way out. */
export function Closed({ error }: { error: ApiError }) {
  const [leave, leaving] = useAct(async () => {
    // No token is given for it any more: the cookie alone ends the session.
    await accountsSignOut({ auth: () => undefined });
    signedOut();
    location.assign("/sign-in");
  });
  return (
    <DeadEnd title={t.closed}>
      <p>{error.detail}</p>
      <p className="text-dim">{t.elsewhere}</p>
      <div>
        <Button look="main" onClick={leave} busy={leaving}>
          {t.signOut}
        </Button>
      </div>
    </DeadEnd>
  );
}
