/** Options of WebAuthn as JSON, as the server sends them. */
type WebAuthnOptions = { readonly challenge: string; readonly [key: string]: unknown }

/** Whether this browser can create and use passkeys from JSON: Chrome 129, Firefox 119, Safari 18.4 and newer. */
export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential
}

/** Returns the JSON text of an assertion of the person's passkey. Rejects with a `DOMException` when there is none. */
export async function assertionFor(options: WebAuthnOptions): Promise<string> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return JSON.stringify(await navigator.credentials.get({ publicKey }))
}

/**
 * Returns the JSON text of a new passkey. Rejects with a `DOMException`: `InvalidStateError` when this device has one for
 * the account, and others when the person or the browser refuses.
 */
export async function newPasskeyFor(options: WebAuthnOptions): Promise<string> {
  // The server makes options for a creation, whose other fields are of no concern here.
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never)
  return JSON.stringify(await navigator.credentials.create({ publicKey }))
}
