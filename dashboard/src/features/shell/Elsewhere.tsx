import { useRouterState } from "@tanstack/react-router";
import { Button, ButtonLink } from "~/ui/button";
import { common } from "~texts/common";
import { shell as t } from "~texts/shell";
import type { Refusal } from "./company";
import { DeadEnd } from "./DeadEnd";
import { useSignOut } from "./signOut";

/** In place of a page of a company that who is signed in does not get into: why, and who might. */
export function Elsewhere({ refusal: { title, detail } }: { refusal: Refusal }) {
  const link = useRouterState({ select: (state) => state.location.href });
  const [signOut, leaving] = useSignOut(link);
  return (
    <DeadEnd title={title}>
      <p>{detail}</p>
      <div className="flex flex-wrap gap-2">
        <Button look="main" onClick={signOut} busy={leaving}>
          {t.link.signIn}
        </Button>
        <ButtonLink to="/">{common.home}</ButtonLink>
      </div>
    </DeadEnd>
  );
}
