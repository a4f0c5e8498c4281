// The ceremonies of WebAuthn Level 3, as far as a page takes part in them.
import { accountsBeginPasskey, accountsBeginPasskeySignIn } from "~/api/generated/sdk.gen";
import type { PasskeyAnswer } from "~/api/generated/types.gen";

export const passkeysWork = (): boolean =>
  "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;

/** Whether somebody closed the browser's dialog, or it timed out: nothing to report. */
export const wasDismissed = (thrown: unknown): boolean =>
  thrown instanceof DOMException && thrown.name === "NotAllowedError";

/** Shows a passkey, whosever it is. */
export async function showPasskey(): Promise<PasskeyAnswer> {
  const { ceremony, options } = (await accountsBeginPasskeySignIn()).data;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    asked<PublicKeyCredentialRequestOptionsJSON>(options),
  );
  return { ceremony, credential: json(await navigator.credentials.get({ publicKey })) };
}

/** Makes a passkey for who is signed in. */
export async function makePasskey(): Promise<PasskeyAnswer> {
  const { ceremony, options } = (await accountsBeginPasskey()).data;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    asked<PublicKeyCredentialCreationOptionsJSON>(options),
  );
  return { ceremony, credential: json(await navigator.credentials.create({ publicKey })) };
}

const asked = <T>(options: object): T => (options as { publicKey: T }).publicKey;

function json(credential: Credential | null): Record<string, unknown> {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("no credential", "NotAllowedError");
  return { ...credential.toJSON() };
}
