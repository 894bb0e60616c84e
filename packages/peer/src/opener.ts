/** With what a person opens a store that is locked. */

/** What names a passkey and what it is asked for; base64url. It opens nothing by itself. */
export interface PasskeyRef {
  readonly credential: string
  readonly salt: string
}

/** With what the authenticator answered, 32 bytes. */
export interface PasskeyAnswer extends PasskeyRef {
  readonly secret: Uint8Array
}

/** What a person opens a store with. */
export type Opener = string | PasskeyAnswer
