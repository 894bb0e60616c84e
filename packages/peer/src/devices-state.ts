/** What an interface sees of a person's devices. Structured-cloneable. */
import type { Millis } from '@kith/protocol'

/** A linked device, as its main device knows it. */
export interface OwnDevice {
  /** Hex. */
  readonly id: string
  readonly name: string
  readonly platform: 'browser' | 'node'
  readonly addedAt: Millis
  /** When it was last linked with this one in a room. */
  readonly seenAt: Millis
  readonly here: boolean
  /** In so many rooms it speaks for this person. */
  readonly rooms: number
}

/** Linking a device, from either side. */
export type Linking =
  /** Main: the code, as a link. */
  | { readonly phase: 'offered'; readonly link: string; readonly until: Millis }
  /** New: looking for the one that shows the code. */
  | { readonly phase: 'looking'; readonly until: Millis }
  /** Both show these digits. `asks`: this is the main device, where the person says whether they are the same. */
  | {
      readonly phase: 'compare'
      readonly digits: string
      /** Main: of the new device. */
      readonly name: string
      readonly platform: 'browser' | 'node'
      readonly asks: boolean
    }
  | { readonly phase: 'giving'; readonly name: string; readonly rooms: number }
  | { readonly phase: 'done'; readonly name: string; readonly rooms: number }
  /** `gone`: the other one went away. */
  | { readonly phase: 'failed'; readonly reason: 'expired' | 'different' | 'gone' }

export interface DevicesState {
  /** `main` holds what all keys grow from; `linked` was added by another device. */
  readonly role: 'main' | 'linked'
  /** Linked, and taken back: it speaks for nobody any more. */
  readonly revoked: boolean
  /** Of a main device: those it added. */
  readonly list: readonly OwnDevice[]
  readonly linking: Linking | undefined
}

/** Part of `IdentityCommand`. */
export type DeviceCommand =
  /** Shows a code, for ten minutes; answers the link. `notes`: what the room is called that is made for one's own devices. */
  | { readonly type: 'offerDevice'; readonly relay: string | undefined; readonly notes: string }
  /** New device: goes where the code says, at this relay if the code names none. `name`: how this device is called. */
  | { readonly type: 'becomeDevice'; readonly code: string; readonly relay: string | undefined; readonly name: string }
  | { readonly type: 'confirmDevice'; readonly matches: boolean }
  | { readonly type: 'stopLinking' }
  | { readonly type: 'renameDevice'; readonly device: string; readonly name: string }
  /** It speaks for this person no more, and members rooms have new keys. */
  | { readonly type: 'revokeDevice'; readonly device: string }

export const noDevices: DevicesState = { role: 'main', revoked: false, list: [], linking: undefined }
