/**
 * What an interface sees of who somebody is, beyond one room: the own long-term identity and what is attested of it, the
 * services one believes, comparing numbers, and contacts.
 *
 * Everything is structured-cloneable. People of a room are named by `Person.id`, contacts by their long-term identity.
 */
import type { Millis, Path } from '@kith/protocol'
import { type DeviceCommand, type DevicesState, noDevices } from './devices-state.ts'
import type { Verification } from './members-state.ts'

/** An address that a service attests, until it expires. */
export interface AttestedClaim {
  readonly claim: string
  /** Key of the service, hex, and where it is asked. */
  readonly service: string
  readonly host: string
  readonly notAfter: Millis
}

/** A service whose word about others one takes. */
export interface BelievedService {
  /** Hex. */
  readonly key: string
  readonly host: string
}

export interface IdentityState {
  /** Own long-term identity, hex. */
  readonly id: string
  /** Sixteen characters of it, to compare. */
  readonly fingerprint: string
  readonly claims: readonly AttestedClaim[]
  readonly services: readonly BelievedService[]
  /** A code was mailed there and is waited for. */
  readonly asking: { readonly email: string; readonly host: string } | undefined
  readonly devices: DevicesState
}

/** Rejects with `IdentityRefused`. */
export type IdentityCommand =
  | DeviceCommand
  /** Answers the twelve words. */
  | { readonly type: 'phrase' }
  /** From now on this program is the person of these words; rooms it is in keep who one is in them. */
  | { readonly type: 'restore'; readonly phrase: string }
  /** Asks a relay for its authentication service; answers the key, hex. */
  | { readonly type: 'lookUp'; readonly relay: string }
  /** Takes a service's word about others from now on, or no longer. `key` as it was looked up and shown. */
  | { readonly type: 'believe'; readonly relay: string; readonly key: string }
  | { readonly type: 'doubt'; readonly key: string }
  /** Has a code mailed by the service of this relay, then hands it in; answers the address. */
  | { readonly type: 'askCode'; readonly email: string; readonly relay: string }
  | { readonly type: 'enterCode'; readonly code: string }
  | { readonly type: 'dropClaim'; readonly claim: string }
  /** Shows the people of a room who one is, with what is attested; or takes it back. */
  | { readonly type: 'show'; readonly room: string; readonly on: boolean }

/** Comparing a short number with somebody of a room. */
export interface Comparing {
  readonly with: string
  /** `asking`: their program has not answered. `asked`: the number comes. `different`: somebody may stand between. */
  readonly phase: 'asking' | 'asked' | 'digits' | 'different'
  /** Six, to be read to each other. */
  readonly digits: string | undefined
  /** They said that the numbers are the same. */
  readonly theySay: boolean
}

/** Rejects with `IdentityRefused`. */
export type VerifyCommand =
  /** Answers the sixty digits. */
  | { readonly type: 'safetyNumber'; readonly who: string }
  /** I compared a number with them: it is the same, or what I said of it before counts no more. */
  | { readonly type: 'compared'; readonly who: string; readonly matches: boolean }
  /** Six digits while both are here: both see them, see `RoomState.comparing`. */
  | { readonly type: 'startSas'; readonly who: string }
  | { readonly type: 'answerSas'; readonly who: string; readonly matches: boolean }
  | { readonly type: 'closeSas'; readonly who: string }

export interface Contact {
  /** Long-term identity, hex. */
  readonly id: string
  readonly name: string
  /** The room of the two of us. */
  readonly room: string
  readonly since: Millis
  readonly blocked: boolean
  readonly verification: Verification
  /** Where they are now, if anywhere: the best of all rooms we are both in and they show who they are. */
  readonly here: { readonly room: string; readonly path: Path | undefined } | undefined
}

/** Somebody in a room wants to be a contact. */
export interface ContactRequest {
  readonly room: string
  readonly who: string
  readonly name: string
}

export interface ContactsState {
  readonly list: readonly Contact[]
  readonly requests: readonly ContactRequest[]
  /** Whom I asked, and who has not answered; `declined` until it is asked again. */
  readonly asked: readonly (ContactRequest & { readonly declined: boolean })[]
}

/** Rejects with `IdentityRefused`. */
export type ContactCommand =
  | { readonly type: 'request'; readonly room: string; readonly who: string }
  | { readonly type: 'answer'; readonly room: string; readonly who: string; readonly accepts: boolean }
  | { readonly type: 'rename'; readonly contact: string; readonly name: string }
  /** Blocked: their room is silent, and what they say elsewhere under the same identity is not shown. */
  | { readonly type: 'block'; readonly contact: string; readonly on: boolean }
  /** Erases the contact and the room of the two here. */
  | { readonly type: 'remove'; readonly contact: string }

export const noIdentity: IdentityState = {
  id: '',
  fingerprint: '',
  claims: [],
  services: [],
  asking: undefined,
  devices: noDevices,
}
export const noContacts: ContactsState = { list: [], requests: [], asked: [] }
