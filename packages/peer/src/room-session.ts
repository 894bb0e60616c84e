/**
 * The session of a room: a fresh engine over what is stored, under a host. A room has one at a time; what is asked of it
 * without one is refused as closed.
 */
import { BrokenPromise } from '@kith/protocol'
import type { EngineEvent, EngineOptions, Input } from '@kith/protocol'
import type { ChatPorts, RoomEngine } from './chat-ports.ts'
import type { RoomRecord } from './chat-store.ts'
import type { ChatSettings } from './chat.ts'
import { RoomClosed } from './errors.ts'
import { Host } from './host.ts'
import type { IncomingSocket } from './incoming.ts'
import { readMembershipRecords } from './membership-records.ts'
import { openPersona } from './persona.ts'
import { relaySocketUrl } from './relay-address.ts'
import type { RoomBlobs } from './room-blobs.ts'

export interface RoomSessionPorts {
  readonly chat: ChatPorts
  readonly record: () => RoomRecord
  readonly blobs: RoomBlobs | undefined
  /** The engine runs, and has been told nothing yet but that it begins. */
  readonly begun: () => void
  readonly onEvent: (event: EngineEvent) => void
  readonly onStorageTrouble: (error: unknown) => void
}

export class RoomSession {
  readonly #ports: RoomSessionPorts
  #engine: RoomEngine | undefined
  #host: Host | undefined
  /** Counts starts and stops, so that a slow start does not run after a stop. */
  #runs = 0
  #beginning: Promise<void> | undefined

  constructor(ports: RoomSessionPorts) {
    this.#ports = ports
  }

  /** In a members room its own record is read first. */
  start(settings: ChatSettings): void {
    const { chat, record, onStorageTrouble } = this.#ports
    const { id, members } = record()
    if (this.#host !== undefined) throw new BrokenPromise(`room ${id} runs already`)
    const run = ++this.#runs
    if (members === undefined) return this.#begin(settings, undefined)
    const { roomId, inviteSecret, inviter, lobbySecret, edgeRule } = members
    this.#beginning = readMembershipRecords(chat.storage, id).then((records) => {
      if (run !== this.#runs) return
      this.#beginning = undefined
      this.#begin(settings, { roomId, records, inviteSecret, inviter, lobbySecret, edgeRule })
    }, onStorageTrouble)
  }

  #begin(settings: ChatSettings, membership: EngineOptions['membership']): void {
    const { chat, blobs, begun, onEvent, onStorageTrouble } = this.#ports
    const { clock, crypto, platform } = chat
    const record = this.#ports.record()
    const relay = chat.noRelay === true ? undefined : record.relay
    if (relay !== undefined) chat.onRelayWanted?.(relay)
    const dialer = settings.relayOnly ? undefined : chat.dialerFor?.(relay)
    this.#engine = chat.createEngine(
      {
        crypto,
        secret: record.secret,
        membership,
        persona: openPersona(crypto, record.persona),
        name: record.name ?? settings.name,
        platform,
        kind: chat.kind,
        relayOrigin: relay,
        relayOnly: settings.relayOnly,
        webrtc: dialer !== undefined,
        addresses: settings.relayOnly ? [] : (chat.addresses ?? []),
        blobs: blobs !== undefined,
      },
      clock.now(),
    )
    this.#host = new Host(this.#engine, {
      clock,
      storage: chat.storage,
      storePrefix: `room/${record.id}/`,
      verifyMany: chat.verifyMany,
      relay: relay === undefined ? undefined : { url: relaySocketUrl(relay), dial: chat.dialRelay },
      dial: dialer,
      dialAddress: settings.relayOnly ? undefined : chat.dialAddress,
      wakes: chat.wakes,
      blobWork: blobs && ((job) => blobs.work(job)),
      onEvent,
      onStorageTrouble,
    })
    this.#host.start()
    begun()
  }

  /** From here on nothing reaches it. What it answers is to be stopped: what was being stored is durable afterwards. */
  leave(): Pick<Host, 'stop'> | undefined {
    const host = this.#host
    this.#runs++
    this.#host = undefined
    this.#engine = undefined
    return host
  }

  /** False when none runs. */
  input(input: Input): boolean {
    this.#host?.input(input)
    return this.#host !== undefined
  }

  /** Done when the record of a members room was read; undefined when nothing is to be waited for. */
  get beginning(): Promise<void> | undefined {
    return this.#beginning
  }

  engine(): RoomEngine {
    if (this.#engine === undefined) throw new RoomClosed()
    return this.#engine
  }

  accepts(incoming: IncomingSocket): boolean {
    return this.#engine?.accepts(incoming.first, incoming.binding.local, this.#ports.chat.clock.now()) ?? false
  }

  accept(incoming: IncomingSocket): void {
    this.#host?.accept(incoming)
  }
}
