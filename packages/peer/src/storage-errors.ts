/**
 * What can go wrong with a store, told apart by class. Each message says what happened and what to do about it, so an
 * interface may show it as it is.
 */

import type { PasskeyRef } from './opener.ts'

/** Another process or tab holds the store. */
export class StorageHeld extends Error {
  override readonly name = 'StorageHeld'

  constructor(place: string, options?: ErrorOptions) {
    super(`${place} is in use by another Kith. Close that one, or choose another place, then try again.`, options)
  }
}

/** The disk, or what the browser grants this site, is used up. Nothing of the refused write was kept. */
export class StorageFull extends Error {
  override readonly name = 'StorageFull'

  constructor(place: string, options?: ErrorOptions) {
    super(`There is no room left for ${place}. Free some space or forget a room, then try again.`, options)
  }
}

/** The store, or one record of it, cannot be trusted or read. `key` names the record when it is one. */
export class StorageBroken extends Error {
  override readonly name = 'StorageBroken'
  readonly key: string | undefined

  constructor(message: string, options?: ErrorOptions & { readonly key?: string | undefined }) {
    super(message, options)
    this.key = options?.key
  }
}

/** Why a store stays shut. */
export type LockedReason =
  | 'passphraseNeeded'
  | 'passphraseWrong'
  | 'passphraseNotSet'
  | 'passkeyNeeded'
  | 'passkeyWrong'

const lockedMessages: Readonly<Record<LockedReason, string>> = {
  passphraseNeeded: 'What is stored here is locked by a passphrase. Give the passphrase to open it.',
  passphraseWrong: 'This passphrase does not open what is stored here. Check it and try again.',
  passkeyNeeded: 'What is stored here is locked by a passkey. Use the passkey to open it.',
  passkeyWrong: 'This passkey does not open what is stored here. Use the one it was locked with.',
  passphraseNotSet: 'What is stored here is not locked by a passphrase. Open it without one, then set one.',
}

export class StorageLocked extends Error {
  override readonly name = 'StorageLocked'
  readonly reason: LockedReason
  /** Which passkey opens it, when one does. */
  readonly passkey: PasskeyRef | undefined

  constructor(reason: LockedReason, options?: ErrorOptions & { readonly passkey?: PasskeyRef | undefined }) {
    super(lockedMessages[reason], options)
    this.reason = reason
    this.passkey = options?.passkey
  }
}
