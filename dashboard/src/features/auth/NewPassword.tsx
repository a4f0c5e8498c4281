import { Field } from "~/ui/form";
import { auth } from "~texts/auth";

/** Long enough; whether it is strong the server says, with the reason. */
export const NewPassword = () => (
  <Field
    label={auth.verify.choose}
    name="password"
    type="password"
    autoComplete="new-password"
    minLength={12}
    maxLength={128}
    hint={auth.verify.chooseHint}
  />
);
