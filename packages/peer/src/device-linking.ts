/**
 * Linking a device, seen from either side: the code, the meeting, the short number both people's eyes compare, and then what the
 * main device gives. One at a time; whoever comes to the meeting first is the one, and the number tells whether it is the right one.
 *
 *     new → main   introduce
 *     main → new   compare · nonce · reveal           (`Sas`: both show six digits)
 *     main → new   compared                           the person of the main device said that they are the same
 *     main → new   welcome, offers …                  `own-devices.ts`
 */
import {
  type DeviceWhisper,
  type Millis,
  Sas,
  type SasWhisper,
  decodeDeviceWhisper,
  decodeWhisper,
  deviceCodeLifeMs,
  deviceMeetingSecret,
  deviceSecretBytes,
  encodeDeviceWhisper,
  encodeWhisper,
  formatDeviceCode,
  isDeviceWhisper,
  parseDeviceCode,
} from '@kith/protocol'
import { DeviceMeeting, type MeetingPorts } from './device-meeting.ts'
import type { Linking } from './devices-state.ts'
import { IdentityRefused } from './errors.ts'
import type { IncomingSocket } from './incoming.ts'

/** Something is said to the device one is linking with. */
export type Say = (whisper: DeviceWhisper) => void

export interface LinkingPorts {
  readonly meeting: MeetingPorts
  readonly relayOnly: () => boolean
  /** What this device is called where it is linked. */
  readonly deviceName: () => string
  /** Main: the new device was found to be the right one. Resolves when everything was given, with how many rooms. */
  readonly give: (device: NewDevice, say: Say) => Promise<number>
  /** Main: what the new device answers. */
  readonly answered: (whisper: DeviceWhisper) => void
  /** New: what the main device gives; resolves with how many rooms there are so far. */
  readonly take: (whisper: DeviceWhisper, say: Say) => Promise<number>
  readonly changed: () => void
}

export interface NewDevice {
  readonly name: string
  readonly platform: 'browser' | 'node'
}

interface Partner {
  readonly session: string
  readonly sas: Sas
}

export class DeviceLinking {
  readonly #ports: LinkingPorts
  #meeting: DeviceMeeting | undefined
  #isMain = false
  #partner: Partner | undefined
  #device: NewDevice | undefined
  #state: Linking | undefined
  /** Of what is being given: the number was good. */
  #isTrusted = false
  #stopWaiting: (() => void) | undefined
  #stopMissing: (() => void) | undefined
  #taking: Promise<void> = Promise.resolve()

  constructor(ports: LinkingPorts) {
    this.#ports = ports
  }

  get state(): Linking | undefined {
    return this.#state
  }

  /** Main: shows a code and waits at it. Answers the link. */
  offer(relay: string | undefined): string {
    const { crypto, clock } = this.#ports.meeting
    const secret = crypto.random(deviceSecretBytes)
    const link = formatDeviceCode({ secret, relay })
    this.#open(true, secret, relay)
    this.#set({ phase: 'offered', link, until: clock.now() + deviceCodeLifeMs })
    return link
  }

  /** New: goes where the code says. */
  become(text: string, defaultRelay: string | undefined): void {
    const parsed = parseDeviceCode(text)
    if (!parsed.ok) throw new IdentityRefused('codeUnreadable')
    const { secret, relay = defaultRelay } = parsed.value
    this.#open(false, secret, relay)
    this.#set({ phase: 'looking', until: this.#now() + deviceCodeLifeMs })
  }

  /** Main: the person looked at both numbers. */
  async confirm(matches: boolean): Promise<void> {
    const [partner, device] = [this.#partner, this.#device]
    if (!this.#isMain || partner === undefined || device === undefined) throw new IdentityRefused('nothingToCompare')
    const said = partner.sas.finish(matches, this.#now())
    if (said === undefined) throw new IdentityRefused('nothingToCompare')
    this.#whisper(said)
    if (!matches) {
      this.#set({ phase: 'failed', reason: 'different' })
      return this.#leaveSoon()
    }
    this.#set({ phase: 'giving', name: device.name, rooms: 0 })
    const meeting = this.#meeting
    const rooms = await this.#ports.give(device, (whisper) => this.#say(whisper))
    if (meeting !== this.#meeting) return
    this.#say({ type: 'done' })
    this.#set({ phase: 'done', name: device.name, rooms })
    this.#leaveSoon()
  }

  takes(incoming: IncomingSocket): boolean {
    return this.#meeting?.takes(incoming) ?? false
  }

  /** The code counts no more, and what it came to is seen. */
  stop(): void {
    this.#leave()
    this.#set(undefined)
  }

  #open(isMain: boolean, code: Uint8Array, relay: string | undefined): void {
    this.#leave()
    const { meeting: ports } = this.#ports
    this.#isMain = isMain
    this.#meeting = new DeviceMeeting(ports, {
      secret: deviceMeetingSecret(ports.crypto, code),
      relay,
      name: this.#ports.deviceName(),
      relayOnly: this.#ports.relayOnly(),
      onLinked: (session, author) => this.#met(session, author),
      onGone: (session) => this.#gone(session),
      onWhisper: (session, whisper) => this.#heard(session, whisper),
    })
    this.#stopWaiting = ports.clock.after(deviceCodeLifeMs, () => this.#fail('expired'))
  }

  #met(session: string, them: Uint8Array): void {
    const meeting = this.#meeting
    if (this.#partner?.session === session) this.#stopMissing?.()
    if (meeting === undefined || this.#partner !== undefined) return
    const { crypto } = this.#ports.meeting
    this.#partner = { session, sas: new Sas({ crypto, me: meeting.author, them }) }
    if (this.#isMain) this.#whisper(this.#partner.sas.start(this.#now()))
    else
      this.#say({
        type: 'introduce',
        name: this.#ports.deviceName(),
        platform: this.#ports.meeting.platform,
        rooms: [],
      })
  }

  #gone(session: string): void {
    if (this.#partner?.session !== session) return
    // A link may give way to a better one; only who does not come back is gone.
    const meeting = this.#meeting
    this.#stopMissing?.()
    this.#stopMissing = this.#ports.meeting.clock.after(missingMs, () => {
      const phase = this.#state?.phase
      // Once everything was given both hang up.
      if (meeting === this.#meeting && phase !== 'done' && phase !== 'failed') this.#fail('gone')
    })
  }

  #heard(session: string, bytes: Uint8Array): void {
    const partner = this.#partner
    if (partner?.session !== session) return
    if (isDeviceWhisper(bytes)) {
      const decoded = decodeDeviceWhisper(bytes)
      if (decoded.ok) this.#hears(decoded.value)
      return
    }
    const decoded = decodeWhisper(bytes)
    if (!decoded.ok || !isSas(decoded.value)) return
    const before = partner.sas.state(this.#now())
    const answer = partner.sas.receive(decoded.value, this.#now())
    if (answer !== undefined) this.#whisper(answer)
    if (decoded.value.type === 'compared' && !this.#isMain && before?.phase === 'digits')
      this.#compared(decoded.value.matches)
    else this.#showDigits()
  }

  #hears(whisper: DeviceWhisper): void {
    if (this.#isMain) {
      if (whisper.type !== 'introduce') return this.#isTrusted ? this.#ports.answered(whisper) : undefined
      this.#device ??= { name: whisper.name, platform: whisper.platform }
      return this.#showDigits()
    }
    // Nothing is taken from whom the other device's person has not said to be the right one.
    if (!this.#isTrusted) return
    const meeting = this.#meeting
    // Each thing that is given is kept before the next is taken, and everything before the end is told.
    this.#taking = this.#taking
      .then(async () => {
        if (meeting !== this.#meeting || this.#state?.phase !== 'giving') return
        if (whisper.type === 'done') {
          this.#set({ phase: 'done', name: '', rooms: this.#state.rooms })
          return this.#leaveSoon()
        }
        const rooms = await this.#ports.take(whisper, (answer) => this.#say(answer))
        if (meeting === this.#meeting && this.#state?.phase === 'giving') this.#set({ ...this.#state, rooms })
      })
      .catch(() => this.#fail('gone'))
  }

  #compared(matches: boolean): void {
    if (!matches) return this.#fail('different')
    this.#isTrusted = true
    this.#set({ phase: 'giving', name: '', rooms: 0 })
  }

  #showDigits(): void {
    const state = this.#partner?.sas.state(this.#now())
    if (state?.phase === 'different') return this.#fail('different')
    if (state?.digits === undefined || (this.#isMain && this.#device === undefined)) return
    const { name, platform } = this.#device ?? { name: '', platform: 'browser' as const }
    this.#set({ phase: 'compare', digits: state.digits, name, platform, asks: this.#isMain })
  }

  #fail(reason: Extract<Linking, { phase: 'failed' }>['reason']): void {
    this.#leave()
    this.#set({ phase: 'failed', reason })
  }

  /** What was said last has to arrive first. */
  #leaveSoon(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = this.#ports.meeting.clock.after(goodbyeMs, () => this.#leave())
  }

  #leave(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    this.#stopMissing?.()
    void this.#meeting?.stop()
    this.#meeting = undefined
    this.#partner = undefined
    this.#device = undefined
    this.#isTrusted = false
  }

  #say(whisper: DeviceWhisper): void {
    if (this.#partner !== undefined) this.#meeting?.whisper(this.#partner.session, encodeDeviceWhisper(whisper))
  }

  #whisper(whisper: SasWhisper): void {
    if (this.#partner !== undefined) this.#meeting?.whisper(this.#partner.session, encodeWhisper(whisper))
  }

  #set(state: Linking | undefined): void {
    if (state?.phase === 'giving' && this.#isMain) this.#isTrusted = true
    this.#state = state
    this.#ports.changed()
  }

  #now(): Millis {
    return this.#ports.meeting.clock.now()
  }
}

const goodbyeMs: Millis = 3_000
/** So long the other may be without a link. */
const missingMs: Millis = 10_000

function isSas(whisper: { readonly type: string }): whisper is SasWhisper {
  return ['compare', 'nonce', 'reveal', 'compared'].includes(whisper.type)
}
