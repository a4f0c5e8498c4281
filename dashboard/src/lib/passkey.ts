// The ceremonies of WebAuthn Level 3, as far as a page takes part in them.
import { accountsBeginPasskey, accountsBeginPasskeySignIn } from "~/api/generated/sdk.gen";
import type { PasskeyAnswer } from "~/api/generated/types.gen";

export const passkeysWork = (): boolean =>
  "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;

/** Shows a passkey, whosever it is. */
export async function showPasskey(): Promise<PasskeyAnswer | undefined> {
  const { ceremony, options } = (await accountsBeginPasskeySignIn()).data;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    asked<PublicKeyCredentialRequestOptionsJSON>(options),
  );
  return answer(ceremony, navigator.credentials.get({ publicKey }));
}

/** Makes a passkey for who is signed in. */
export async function makePasskey(): Promise<PasskeyAnswer | undefined> {
  const { ceremony, options } = (await accountsBeginPasskey()).data;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    asked<PublicKeyCredentialCreationOptionsJSON>(options),
  );
  return answer(ceremony, navigator.credentials.create({ publicKey }));
}

const asked = <T>(options: object): T => (options as { publicKey: T }).publicKey;

/** None where somebody closed the browser's dialog, or it timed out: there is nothing to report. */
async function answer(ceremony: string, asking: Promise<Credential | null>): Promise<PasskeyAnswer | undefined> {
  try {
    const credential = await asking;
    return credential instanceof PublicKeyCredential ? { ceremony, credential: { ...credential.toJSON() } } : undefined;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotAllowedError") return undefined;
    throw thrown;
  }
}
