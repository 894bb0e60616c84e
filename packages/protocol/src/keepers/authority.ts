/**
 * Whose word about lobbies counts in a members room, and which lobby is the newest: for its keepers, and for members, who
 * pass on to keepers what others signed.
 *
 * | record | value |
 * |---|---|
 * | `w/a` | the appointment that holds, as it is sent |
 * | `w/l/<lobby id>` | a grant, as it is sent |
 */
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { StoreChange, StoredRecord } from '../machine.ts'
import { type Appointment, type LobbyGrant, isAppointing, isGrantingLobby, isOfOffice } from './lobby-words.ts'
import { decodeKeeperMessage, encodeKeeperMessage } from './wire.ts'

/** The newest, and those before it in which somebody may still look for us. */
export const maxLobbyGrants = 8

export class Authority {
  readonly #crypto: Pick<Crypto, 'verify'>
  readonly #room: Uint8Array
  readonly #founder: Uint8Array
  readonly #grants = new Map<string, LobbyGrant>()
  readonly #changes: StoreChange[] = []
  #appointment: Appointment | undefined
  #appointed: ReadonlySet<string> = new Set()

  /** `room` 32 bytes, `founder` the identity that founded it. */
  constructor(crypto: Pick<Crypto, 'verify'>, room: Uint8Array, founder: Uint8Array) {
    this.#crypto = crypto
    this.#room = room
    this.#founder = founder
  }

  get appointment(): Appointment | undefined {
    return this.#appointment
  }

  isAppointed(device: string): boolean {
    return this.#appointed.has(device)
  }

  /** The newest first. */
  grants(): readonly LobbyGrant[] {
    return [...this.#grants.values()].sort(byOrder)
  }

  get current(): LobbyGrant | undefined {
    let best: LobbyGrant | undefined
    for (const grant of this.#grants.values()) if (best === undefined || byOrder(grant, best) < 0) best = grant
    return best
  }

  /** True when it is news. What those said who are not appointed any more counts for nothing. */
  appoint(appointment: Appointment): boolean {
    if (this.#appointment !== undefined && this.#appointment.order >= appointment.order) return false
    if (!isAppointing(this.#crypto, this.#room, this.#founder, appointment)) return false
    this.#setAppointment(appointment)
    this.#changes.push({ key: 'w/a', value: encodeKeeperMessage({ type: 'appointment', appointment }) })
    for (const [name, grant] of this.#grants) {
      if (!isOfOffice(this.#crypto, this.#founder, this.#appointed, grant)) this.#drop(name)
    }
    return true
  }

  /** True when it is news. */
  grant(grant: LobbyGrant): boolean {
    const name = formatHex(grant.lobbyId)
    const known = this.#grants.get(name)
    if (known !== undefined && known.order >= grant.order) return false
    if (!isGrantingLobby(this.#crypto, this.#room, this.#founder, this.#appointed, grant)) return false
    this.#grants.set(name, grant)
    this.#changes.push({ key: `w/l/${name}`, value: encodeKeeperMessage({ type: 'lobbyGrant', grant }) })
    for (const old of this.grants().slice(maxLobbyGrants)) this.#drop(formatHex(old.lobbyId))
    return this.#grants.get(name) === grant
  }

  /** From the own store, which is authenticated at rest. */
  restore({ key, value }: StoredRecord): void {
    const decoded = decodeKeeperMessage(value)
    if (!decoded.ok) return
    if (key === 'w/a' && decoded.value.type === 'appointment') this.#setAppointment(decoded.value.appointment)
    else if (decoded.value.type === 'lobbyGrant') {
      const { grant } = decoded.value
      this.#grants.set(formatHex(grant.lobbyId), grant)
    }
  }

  /** What has to be stored since the last time. */
  flush(): readonly StoreChange[] {
    return this.#changes.splice(0)
  }

  #setAppointment(appointment: Appointment): void {
    this.#appointment = appointment
    this.#appointed = new Set(appointment.devices.map(formatHex))
  }

  #drop(name: string): void {
    this.#grants.delete(name)
    this.#changes.push({ key: `w/l/${name}`, value: undefined })
  }
}

function byOrder(a: LobbyGrant, b: LobbyGrant): number {
  return b.order - a.order || (formatHex(a.lobbyId) < formatHex(b.lobbyId) ? -1 : 1)
}
