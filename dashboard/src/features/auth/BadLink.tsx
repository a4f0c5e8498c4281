import type { ApiError } from "~/api/error";
import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { Problem } from "~/ui/states";
import { auth as t } from "~texts/auth";

/** A mail's link that leads nowhere any more, or whose answer did not come. */
export const BadLink = ({ error, onRetry }: { error: ApiError; onRetry: () => void }) =>
  error.code === "link_not_good" ? (
    <Page title={error.message} lead={error.detail}>
      <div>
        <ButtonLink to="/sign-in">{t.signIn}</ButtonLink>
      </div>
    </Page>
  ) : (
    <Page title={t.linkTitle}>
      <Problem error={error} onRetry={error.retryable ? onRetry : undefined}>
        <ButtonLink to="/sign-in">{t.signIn}</ButtonLink>
      </Problem>
    </Page>
  );
