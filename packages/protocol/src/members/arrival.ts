/**
 * A newcomer's way in: the other side of `door.ts`.
 *
 * It has a link with every member that listens for its invite, and may be asked for a PIN by several of them; a PIN that
 * was entered goes to whoever asked first. What one member refuses another may still allow, so a refusal is only shown
 * when nobody is left who says something better.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type AdmissionMessage, type AdmissionRefusal, decodeAdmission, encodeAdmission } from './admission-wire.ts'
import { PinAsking, parsePin } from './pin.ts'

export interface ArrivalLink {
  readonly id: string
  /** The member's, as the handshake has shown them. */
  readonly session: Uint8Array
  readonly identity: Uint8Array
  readonly name: string
  readonly handshakeHash: Uint8Array
}

export interface ArrivalOptions {
  readonly crypto: Crypto
  readonly roomId: Uint8Array
  /** Hex. */
  readonly inviteId: string
  readonly identity: Uint8Array
  readonly session: Uint8Array
}

/** How far one has come. `by` is a member's identity, hex; `name` what it calls itself. */
export type ArrivalState =
  | { readonly phase: 'meeting' }
  | {
      readonly phase: 'pinWanted'
      readonly by: string
      readonly name: string
      readonly triesLeft: number
      readonly wrong: number
    }
  | { readonly phase: 'pinChecking'; readonly by: string; readonly name: string }
  | { readonly phase: 'vouchesWanted'; readonly have: number; readonly need: number }
  /** Let in: what members know comes next. */
  | { readonly phase: 'in' }
  | { readonly phase: 'refused'; readonly reason: AdmissionRefusal }

export type ArrivalOutput =
  | { readonly type: 'send'; readonly link: string; readonly bytes: Uint8Array }
  | { readonly type: 'hangUp'; readonly link: string }
  /** This member knew the PIN: it has challenged us, and we it. */
  | { readonly type: 'challenged'; readonly link: ArrivalLink }
  /** This member says we are in: what members know may be asked for on this link. */
  | { readonly type: 'welcomed'; readonly link: ArrivalLink }
  /** `state` gives another answer. */
  | { readonly type: 'changed' }

interface Host {
  readonly link: ArrivalLink
  standing: Extract<AdmissionMessage, { type: 'standing' }> | undefined
  /** When it began to ask for a PIN, counted; 0 while it does not. */
  wantsSince: number
  asking: PinAsking | undefined
  wrong: number
  triesLeft: number
}

export class Arrival {
  readonly #options: ArrivalOptions
  /** By link, in the order they came. */
  readonly #hosts = new Map<string, Host>()
  #refused: AdmissionRefusal | undefined
  #isIn = false
  #asked = 0
  #shown = ''

  constructor(options: ArrivalOptions) {
    this.#options = options
  }

  get state(): ArrivalState {
    if (this.#isIn) return { phase: 'in' }
    const hosts = [...this.#hosts.values()]
    const checking = hosts.find(({ asking }) => asking !== undefined)
    if (checking !== undefined) return { phase: 'pinChecking', ...whois(checking) }
    const wanting = this.#wanting()
    if (wanting !== undefined) {
      const { wrong, triesLeft } = wanting
      return { phase: 'pinWanted', ...whois(wanting), triesLeft, wrong }
    }
    // Of one word that is wanted and not there yet there is nothing to count.
    const waiting = hosts.find(({ standing }) => standing !== undefined && standing.needed > 1)?.standing
    if (waiting !== undefined) return { phase: 'vouchesWanted', have: waiting.have, need: waiting.needed }
    return this.#refused === undefined ? { phase: 'meeting' } : { phase: 'refused', reason: this.#refused }
  }

  met(link: ArrivalLink, _now: Millis): readonly ArrivalOutput[] {
    this.#hosts.set(link.id, { link, standing: undefined, wantsSince: 0, asking: undefined, wrong: 0, triesLeft: 0 })
    return this.#changed()
  }

  lost(link: string): readonly ArrivalOutput[] {
    this.#hosts.delete(link)
    return this.#changed()
  }

  receive(link: string, bytes: Uint8Array): readonly ArrivalOutput[] {
    const host = this.#hosts.get(link)
    if (host === undefined) return []
    const message = decodeAdmission(bytes)
    if (!message.ok) return this.#hangUp(host)
    switch (message.value.type) {
      case 'standing':
        return this.#standing(host, message.value)
      case 'answer':
        return this.#answer(host, message.value.share, message.value.tag)
      case 'wrong':
        host.asking = undefined
        host.wrong++
        host.triesLeft = message.value.triesLeft
        return this.#changed()
      case 'refused':
        this.#refused = message.value.reason
        return this.#hangUp(host)
      default:
        return this.#hangUp(host)
    }
  }

  /** Undefined when nobody asks for a PIN now, or that is none: nothing was sent and nothing counts. */
  enterPin(text: string): readonly ArrivalOutput[] | undefined {
    const pin = parsePin(text)
    const host = this.#wanting()
    if (pin === undefined || host === undefined) return undefined
    const { crypto, roomId, inviteId, identity, session } = this.#options
    const { link } = host
    const context = {
      handshakeHash: link.handshakeHash,
      roomId,
      inviteId: parseHex(inviteId) as Uint8Array,
      newcomer: { session, identity },
      member: { session: link.session, identity: link.identity },
    }
    host.asking = new PinAsking(crypto, context, pin)
    return [this.#send(host, { type: 'share', share: host.asking.share }), ...this.#changed()]
  }

  /** Who asked for a PIN first, and does not have it yet. */
  #wanting(): Host | undefined {
    const wanting = [...this.#hosts.values()].filter((host) => host.wantsSince > 0 && host.asking === undefined)
    return wanting.sort((a, b) => a.wantsSince - b.wantsSince)[0]
  }

  #standing(host: Host, standing: Extract<AdmissionMessage, { type: 'standing' }>): readonly ArrivalOutput[] {
    // A PIN that is not shown any more was not taken.
    if (!standing.pinShown) host.asking = undefined
    host.wantsSince = standing.pinShown ? host.wantsSince || ++this.#asked : 0
    host.standing = standing
    host.triesLeft = standing.triesLeft
    this.#refused = undefined
    const welcomed = standing.isIn ? [{ type: 'welcomed', link: host.link } as const] : []
    this.#isIn ||= standing.isIn
    return [...welcomed, ...this.#changed()]
  }

  #answer(host: Host, share: Uint8Array, tag: Uint8Array): readonly ArrivalOutput[] {
    if (host.asking === undefined) return this.#hangUp(host)
    const own = host.asking.answered(share, tag)
    const challenged = own === undefined ? [] : [{ type: 'challenged', link: host.link } as const]
    // What comes next is `standing`, or `wrong`.
    return [this.#send(host, { type: 'confirm', tag: own }), ...challenged, ...this.#changed()]
  }

  #hangUp(host: Host): readonly ArrivalOutput[] {
    this.#hosts.delete(host.link.id)
    return [{ type: 'hangUp', link: host.link.id }, ...this.#changed()]
  }

  #send(host: Host, message: AdmissionMessage): ArrivalOutput {
    return { type: 'send', link: host.link.id, bytes: encodeAdmission(message) }
  }

  #changed(): readonly ArrivalOutput[] {
    const shown = JSON.stringify(this.state)
    if (shown === this.#shown) return []
    this.#shown = shown
    return [{ type: 'changed' }]
  }
}

function whois({ link }: Host): { readonly by: string; readonly name: string } {
  return { by: formatHex(link.identity), name: link.name }
}
