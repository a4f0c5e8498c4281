import { ButtonLink } from "~/ui/button";
import { Page } from "~/ui/page";
import { auth as t } from "~texts/auth";

/** A mail's link without its token. */
export const NoToken = () => (
  <Page title={t.noToken.title} lead={t.noToken.lead}>
    <ButtonLink to="/sign-in">{t.signIn}</ButtonLink>
  </Page>
);
