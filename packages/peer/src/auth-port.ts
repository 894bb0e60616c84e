/** How authentication services are asked, in the words of the identity desk. Rejects never; problems are answers. */

/** `noService`: nobody answers there, or not as a service does. */
export type AuthProblem = 'noService' | 'addressMalformed' | 'noCode' | 'wrongCode' | 'tooMany' | 'busy' | 'mailFailed'

export interface ServiceAbout {
  readonly key: Uint8Array
  readonly successions: readonly Uint8Array[]
}

export interface AuthClient {
  about(relay: string): Promise<ServiceAbout | undefined>
  sendCode(
    relay: string,
    fields: { readonly email: string; readonly identity: string },
  ): Promise<AuthProblem | undefined>
  /** The statement, unchecked. */
  attest(
    relay: string,
    fields: {
      readonly email: string
      readonly identity: string
      readonly salt: string
      readonly code: string
      readonly signature: string
    },
  ): Promise<Uint8Array | AuthProblem>
}
