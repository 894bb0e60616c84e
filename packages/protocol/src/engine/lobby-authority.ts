/**
 * Whose word about a members room's lobby its keepers believe, as a member holds it and has a share in it.
 *
 * The founder appoints the devices of the admins; each of them says where the room is now (`keepers/lobby-words.ts`). Every
 * member remembers the newest of both and passes it on.
 */
import { emptyBytes, equalBytes } from '../codec/bytes.ts'
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { Authority } from '../keepers/authority.ts'
import { type KeeperLobby, maxAppointed, signAppointment, signLobbyGrant } from '../keepers/lobby-words.ts'
import type { KeeperMessage } from '../keepers/wire.ts'
import type { PlacedLobby } from '../members/epochs.ts'
import type { Membership } from '../members/membership.ts'

export interface LobbyAuthorityOptions {
  readonly crypto: Crypto
  /** 32 bytes. */
  readonly room: Uint8Array
  /** Own identity, hex. */
  readonly self: string
  readonly device: KeyPair
  /** Own identity's statement about it. */
  readonly certificate: Uint8Array
  readonly membership: Membership
}

export type LobbyWord = Extract<KeeperMessage, { type: 'appointment' | 'lobbyGrant' }>

export class LobbyAuthority {
  readonly #options: LobbyAuthorityOptions
  #authority: Authority | undefined

  constructor(options: LobbyAuthorityOptions) {
    this.#options = options
  }

  /** Somebody passed this on: is it news here? */
  heard(word: LobbyWord): boolean {
    const authority = this.#known()
    if (authority === undefined) return false
    return word.type === 'appointment' ? authority.appoint(word.appointment) : authority.grant(word.grant)
  }

  /** The newest that was said. */
  words(): readonly LobbyWord[] {
    const { appointment, current } = this.#known() ?? {}
    const words: LobbyWord[] = []
    if (appointment !== undefined) words.push({ type: 'appointment', appointment })
    if (current !== undefined) words.push({ type: 'lobbyGrant', grant: current })
    return words
  }

  /** Ours to say by now, a new word each time: whose word counts, and that the room is `here`. */
  *speak(here: () => (KeeperLobby & PlacedLobby) | undefined): Generator<LobbyWord> {
    const { crypto, membership, self, device, certificate, room } = this.#options
    const authority = this.#known()
    if (authority === undefined) return
    const isFounder = membership.settled.founder === self
    if (isFounder) yield* this.#appoint(authority)
    if (!isFounder && !authority.isAppointed(formatHex(device.publicKey))) return
    const lobby = here()
    if (lobby === undefined || equalBytes(authority.current?.lobbyId ?? emptyBytes, lobby.lobbyId)) return
    const grant = signLobbyGrant(crypto, device, room, {
      lobbyId: lobby.lobbyId,
      writeKey: lobby.writer.publicKey,
      order: lobby.depth,
      lobbyKey: lobby.psk,
      rendezvousSecret: lobby.rendezvousSecret,
      certificate: isFounder ? certificate : emptyBytes,
    })
    if (authority.grant(grant)) yield { type: 'lobbyGrant', grant }
  }

  *#appoint(authority: Authority): Generator<LobbyWord> {
    const { crypto, membership, device, certificate, room } = this.#options
    const devices = this.#appointees()
    const said = authority.appointment?.devices.map(formatHex).sort()
    if (said?.join() === devices.join()) return
    // All that could change who is an admin lies behind this.
    const order = Math.max(...membership.heads().map((id) => membership.node(id)?.depth ?? 0))
    const about = { order, devices: devices.map((one) => parseHex(one) as Uint8Array), certificate }
    const appointment = signAppointment(crypto, device, room, about)
    if (authority.appoint(appointment)) yield { type: 'appointment', appointment }
  }

  /** Devices of admins, hex, in order. The founder's come first when they are too many. */
  #appointees(): readonly string[] {
    const { membership } = this.#options
    const admins = [...membership.members()].filter(({ identity }) => membership.isAdmin(identity))
    const devices = admins.flatMap(({ identity }) => membership.devicesOf(identity).map(({ device }) => device))
    return devices.slice(0, maxAppointed).sort()
  }

  #known(): Authority | undefined {
    const { crypto, room, membership } = this.#options
    const founder = parseHex(membership.settled.founder)
    if (this.#authority === undefined && founder?.length === 32) {
      this.#authority = new Authority(crypto, room, founder)
    }
    return this.#authority
  }
}
