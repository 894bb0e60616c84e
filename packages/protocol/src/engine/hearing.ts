/**
 * What linked peers say, and whose business it is: the first byte of a payload names the room it is for.
 *
 * A first byte of a later version is skipped; nonsense from an authenticated peer ends its link.
 */
import { blobTags } from '../blobs/wire.ts'
import { noTree } from '../gossip/broadcast-wire.ts'
import { decodePayload } from '../gossip/wire.ts'
import type { Beat, Payload } from '../gossip/wire.ts'
import { decodeKeeperMessage, keeperTags } from '../keepers/wire.ts'
import { unreachable } from '../machine.ts'
import type { Millis } from '../machine.ts'
import type { Room, RoomResult } from '../rooms/room.ts'
import { syncTags } from '../sync/wire.ts'
import type { BlobTraffic } from './blob-traffic.ts'
import type { Catchup } from './catchup.ts'
import type { Flow } from './flow.ts'
import type { Governing } from './governing.ts'
import { isKeeper } from './keeper-card.ts'
import type { KeeperHelp } from './keeper-help.ts'
import type { Keeping } from './keeping.ts'
import type { LiveLink } from './links.ts'
import { meshTags } from './mesh.ts'
import type { Mode } from './mode.ts'
import type { EngineEvent } from './output.ts'
import type { Presence } from './presence.ts'
import type { Reach } from './reach.ts'
import type { Roster } from './roster.ts'
import type { Skew } from './skew.ts'
import type { Typing } from './typing.ts'
import type { Whispers } from './whispers.ts'

export interface HearingContext {
  /** Own session, hex. */
  readonly own: string
  readonly room: Room
  readonly reach: Reach
  readonly roster: Roster
  readonly typing: Typing
  readonly whispers: Whispers
  readonly presence: Presence
  readonly skew: Skew
  readonly mode: Mode
  readonly flow: Flow
  readonly catchup: Catchup
  readonly governing: Governing | undefined
  readonly blobs: BlobTraffic | undefined
  readonly help: KeeperHelp | undefined
  /** Of a blind keeper. */
  readonly keeping: Keeping | undefined
  readonly apply: (result: RoomResult, now: Millis) => void
  readonly tell: (event: EngineEvent) => void
}

const isOf = (tags: { readonly from: number; readonly to: number }, tag: number): boolean =>
  tag >= tags.from && tag <= tags.to

export class Hearing {
  readonly #context: HearingContext

  constructor(context: HearingContext) {
    this.#context = context
  }

  payload(link: LiveLink, bytes: Uint8Array, now: Millis): void {
    const { governing, catchup } = this.#context
    if (governing?.payload(link, bytes, now) === true) return
    if (isOf(syncTags, bytes[0] ?? 0)) catchup.receive(link.session, bytes, now)
    else if (!this.#isUnderstood(link, bytes, now)) this.#context.reach.close(link, 'malformed', now)
  }

  /** A neighbour holds what `session` wrote, up to and including `upTo`. */
  held(link: LiveLink, session: string, upTo: number, now: Millis): void {
    const { apply, room } = this.#context
    apply(room.markHeld(this.#authorOf(link), session, upTo, isKeeper(link)), now)
  }

  #isUnderstood(link: LiveLink, bytes: Uint8Array, now: Millis): boolean {
    const { mode, blobs } = this.#context
    const tag = bytes[0] ?? 0
    if (isOf(meshTags, tag)) return mode.receive(link, tag, bytes, now)
    if (isOf(blobTags, tag)) return blobs?.receive(link, bytes, now) ?? true
    if (isOf(keeperTags, tag)) return this.#isUnderstoodByKeepers(link, bytes, now)
    const decoded = decodePayload(bytes)
    if (decoded.ok) this.#heard(link, decoded.value, now)
    return decoded.ok || decoded.code !== 'malformed'
  }

  #isUnderstoodByKeepers(link: LiveLink, bytes: Uint8Array, now: Millis): boolean {
    const { governing, help, keeping, reach } = this.#context
    const decoded = decodeKeeperMessage(bytes)
    if (!decoded.ok) return decoded.code !== 'malformed'
    help?.receive(link, decoded.value, now)
    governing?.keepers.receive(link, decoded.value, now)
    keeping?.receive(link, reach, decoded.value, now)
    return true
  }

  #heard(link: LiveLink, payload: Payload, now: Millis): void {
    const { flow, mode, reach, room, roster, tell, typing } = this.#context
    switch (payload.type) {
      case 'beat':
        return this.#beatReceived(link, payload, now)
      case 'entry':
        return flow.receive(
          payload.entry,
          payload.receipt,
          { link, tree: noTree, hop: 1, pulled: false, late: false },
          now,
        )
      case 'neighbours':
        return flow.neighbourhood.announce(link.session, payload.neighbours)
      case 'presence':
        roster.named(link.session, payload.name)
        return typing.heard(link.session, this.#authorOf(link), payload.typing, now)
      case 'goodbye':
        roster.gone(link.session)
        mode.mesh?.left(link.session, now)
        return reach.close(link, 'remoteClosed', now)
      case 'online':
        return mode.told(link.session, payload.online, payload.mesh, now)
      case 'receipts':
        return flow.suggest(payload.receipts)
      case 'whisper':
        if (!this.#context.whispers.heard(link.session, payload.number, now)) return
        return tell({
          type: 'whisper',
          session: link.session,
          author: this.#authorOf(link),
          device: room.deviceOf(link.session),
          whisper: payload.whisper,
        })
      case 'whisperHeard':
        return this.#context.whispers.confirmed(link.session, payload.number, now)
      case 'wantReceipts':
        return flow.giveReceipts(link, payload.keys, now)
      default:
        return unreachable(payload)
    }
  }

  #beatReceived(link: LiveLink, beat: Beat, now: Millis): void {
    const { own, skew, catchup, presence } = this.#context
    link.heartbeat.received(beat, now)
    const { offsetMs } = link.heartbeat
    if (offsetMs !== undefined) skew.sample(link.session, offsetMs)
    if (beat.held > 0) this.held(link, own, beat.held - 1, now)
    catchup.compare(link.session, beat, now)
    if (beat.urgent) presence.beat(link, false, now)
  }

  #authorOf(link: LiveLink): string {
    return this.#context.roster.get(link.session)?.author ?? link.session
  }
}
