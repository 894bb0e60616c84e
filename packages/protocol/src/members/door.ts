/**
 * The door of a members room, as one member keeps it: who came by an invite, who is shown a PIN, who is let in.
 *
 *     arrived ──▶ link is enough ──── the inviter's turn ───▶ admit (link)
 *        │
 *        └──▶ PIN shown, 2 minutes ──share──▶ a try is counted, answer ──confirm──▶ admit (pin)
 *                     ▲                                            └── wrong, three of them burn the invite
 *                     └── the inviter's by itself, another voucher's when that person asks for it
 *
 * Whoever lets somebody in answers for them: the newcomer ranks below, and may fall with, whoever did. Where a link is enough
 * that should be who gave it away, so as long as the inviter is here the others leave it to them (`inviterFirstMs`).
 *
 * A pure machine beside the membership: it asks what members know (`DoorView`) and says what they should do about it; the
 * operations are the membership's. A newcomer's link is up only after the handshake has shown its identity and its
 * invite. Every member counts tries for itself: k members who vouch are k doors with a PIN each.
 *
 * Bounded: `maxAtDoor` newcomers; whoever comes above that is sent away and may come again.
 */
import { formatHex, parseHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { Millis } from '../machine.ts'
import { type AdmissionMessage, type AdmissionRefusal, decodeAdmission, encodeAdmission } from './admission-wire.ts'
import type { VouchMethod } from './edges.ts'
import { PinAnswering, drawPin, maxPinTries, pinLifeMs } from './pin.ts'

export const maxAtDoor = 16
/** Whom this member declined, as long as the program runs. */
export const maxDeclined = 256
/** So long the others leave a newcomer to the inviter, when that one is here. */
export const inviterFirstMs: Millis = 15_000

/** What members know of an invite by its operation, and by what became of it. */
export interface OfferedInvite {
  readonly id: string
  /** Identity of who made it, hex. */
  readonly by: string
  /** Public half of the key a newcomer signs with. */
  readonly key: Uint8Array
  readonly expires: Millis
  readonly uses: number
  readonly asksPin: boolean
  readonly revoked: boolean
  /** Identities (hex) that were added by it, as far as this member knows. */
  readonly usedBy: readonly string[]
}

export interface Standing {
  readonly have: number
  readonly isIn: boolean
  readonly iVouched: boolean
  /** It was in once, and was removed or left. */
  readonly wasOut: boolean
}

export interface DoorView {
  invite(id: string): OfferedInvite | undefined
  /** Vouches that count for an identity (hex), and whether it is a member by now. */
  standing(identity: string): Standing
  /** k of the policy. */
  vouchesNeeded(): number
  /** May this member add and vouch? */
  mayAdmit(): boolean
  /** Is this member (identity, hex) in the room right now, as far as is known here? */
  isHere(identity: string): boolean
}

/** A link on an invite's lobby, with what its handshake has shown. */
export interface DoorLink {
  readonly id: string
  readonly invite: string
  readonly session: Uint8Array
  readonly identity: Uint8Array
  readonly name: string
  readonly handshakeHash: Uint8Array
}

export interface DoorOptions {
  readonly crypto: Crypto
  readonly roomId: Uint8Array
  /** Own keys: the identity, and the session of the link handshakes. */
  readonly identity: Uint8Array
  readonly session: Uint8Array
  readonly view: DoorView
}

export type DoorOutput =
  | { readonly type: 'send'; readonly link: string; readonly bytes: Uint8Array }
  | { readonly type: 'hangUp'; readonly link: string }
  /** Add the identity, if nobody has, and vouch for it. */
  | { readonly type: 'admit'; readonly link: DoorLink; readonly method: VouchMethod }
  /** It is in: what members know may be told on this link. */
  | { readonly type: 'welcome'; readonly link: DoorLink }
  /** Three wrong tries: the invite is to be revoked. */
  | { readonly type: 'burnt'; readonly invite: string }
  /** `newcomers` gives another answer. */
  | { readonly type: 'changed' }

/** As the person at this door sees somebody. */
export interface AtDoor {
  /** Hex. */
  readonly identity: string
  readonly name: string
  readonly invite: string
  readonly pin: { readonly digits: string; readonly until: Millis; readonly triesLeft: number } | undefined
  readonly wrongPins: number
  readonly have: number
  readonly needed: number
}

interface Guest {
  readonly link: DoorLink
  pin: { readonly digits: string; readonly until: Millis } | undefined
  /** Our answer is out and not confirmed yet. */
  answering: PinAnswering | undefined
  wrongPins: number
  /** What it was told last. */
  told: string
  welcomed: boolean
  /** A link is enough, and by then it is ours to say so; undefined where it is not. */
  byLinkAt: Millis | undefined
}

export class Door {
  readonly #options: DoorOptions
  readonly #self: string
  /** By link. */
  readonly #guests = new Map<string, Guest>()
  /** By invite: tries that failed, or that nobody confirmed. */
  readonly #tries = new Map<string, number>()
  readonly #declined = new Set<string>()
  #outputs: DoorOutput[] = []

  constructor(options: DoorOptions) {
    this.#options = options
    this.#self = formatHex(options.identity)
  }

  newcomers(): readonly AtDoor[] {
    const { view } = this.#options
    return [...this.#guests.values()].map(({ link, pin, wrongPins }) => {
      const identity = formatHex(link.identity)
      const triesLeft = this.#triesLeft(link.invite)
      const shown = pin && { ...pin, triesLeft }
      const { have } = view.standing(identity)
      const { name, invite } = link
      return { identity, name, invite, pin: shown, wrongPins, have, needed: view.vouchesNeeded() }
    })
  }

  isBurnt(invite: string): boolean {
    return this.#triesLeft(invite) === 0
  }

  arrived(link: DoorLink, now: Millis): readonly DoorOutput[] {
    return this.#collect(() => {
      const reason = this.#refusal(link, now)
      if (reason !== undefined) return this.#refuse(link.id, reason)
      if (this.#guests.size >= maxAtDoor) return void this.#outputs.push({ type: 'hangUp', link: link.id })
      const guest: Guest = {
        link,
        pin: undefined,
        answering: undefined,
        wrongPins: 0,
        told: '',
        welcomed: false,
        byLinkAt: undefined,
      }
      this.#guests.set(link.id, guest)
      this.#outputs.push({ type: 'changed' })
      const { view } = this.#options
      const invite = view.invite(link.invite)
      const isOurs = invite?.by === this.#self
      // Whoever was put out comes back by somebody's word, never by a link alone.
      if (view.standing(formatHex(link.identity)).wasOut) return this.#tell(guest)
      if (invite?.asksPin === true) {
        if (isOurs && this.#mayVouch(guest)) this.#show(guest, now)
      } else if (isOurs || view.vouchesNeeded() === 1) {
        guest.byLinkAt = isOurs ? now : now + inviterFirstMs
        this.#admitByLink(guest, now)
      }
      this.#tell(guest)
    })
  }

  left(link: string): readonly DoorOutput[] {
    return this.#collect(() => {
      const guest = this.#guests.get(link)
      if (guest === undefined) return
      this.#guests.delete(link)
      // Whoever hangs up after our share has had its try.
      this.#failed(guest)
      this.#outputs.push({ type: 'changed' })
    })
  }

  receive(link: string, bytes: Uint8Array, now: Millis): readonly DoorOutput[] {
    return this.#collect(() => {
      const guest = this.#guests.get(link)
      if (guest === undefined) return
      const message = decodeAdmission(bytes)
      if (!message.ok) return this.#hangUp(guest)
      if (message.value.type === 'share') this.#share(guest, message.value.share, now)
      else if (message.value.type === 'confirm') this.#confirm(guest, message.value.tag)
      else this.#hangUp(guest)
    })
  }

  /** The person at this door gives their word, or shows a PIN to ask for. False when there is no such newcomer here. */
  vouch(identity: string, method: VouchMethod, now: Millis): readonly DoorOutput[] | undefined {
    const guest = this.#find(identity)
    if (guest === undefined || !this.#mayVouch(guest)) return undefined
    return this.#collect(() => {
      if (method === 'pin') this.#show(guest, now)
      else this.#outputs.push({ type: 'admit', link: guest.link, method })
      this.#tell(guest)
    })
  }

  decline(identity: string): readonly DoorOutput[] {
    return this.#collect(() => {
      if (this.#declined.size >= maxDeclined) this.#declined.delete(this.#declined.keys().next().value as string)
      this.#declined.add(identity)
      for (const guest of [...this.#guests.values()]) {
        if (formatHex(guest.link.identity) !== identity) continue
        this.#guests.delete(guest.link.id)
        this.#failed(guest)
        this.#refuse(guest.link.id, 'declined')
        this.#outputs.push({ type: 'changed' })
      }
    })
  }

  /** What members know has changed, or time has passed: PINs run out, invites end, people are in. */
  refresh(now: Millis): readonly DoorOutput[] {
    return this.#collect(() => {
      for (const guest of [...this.#guests.values()]) {
        const reason = this.#refusal(guest.link, now)
        if (reason !== undefined) {
          this.#guests.delete(guest.link.id)
          this.#failed(guest)
          this.#refuse(guest.link.id, reason)
          this.#outputs.push({ type: 'changed' })
          continue
        }
        if (guest.pin !== undefined && now >= guest.pin.until) {
          guest.pin = undefined
          this.#outputs.push({ type: 'changed' })
        }
        this.#admitByLink(guest, now)
        this.#tell(guest)
      }
    })
  }

  /** Once: after that whoever still needs vouchers needs people. */
  #admitByLink(guest: Guest, now: Millis): void {
    const { view } = this.#options
    if (guest.byLinkAt === undefined || !this.#mayVouch(guest)) return
    const { link } = guest
    const by = view.invite(link.invite)?.by
    if (now < guest.byLinkAt && by !== undefined && view.isHere(by)) return
    guest.byLinkAt = undefined
    // The inviter, or somebody else, was quicker; or the room asks for more by now.
    if (view.standing(formatHex(link.identity)).isIn || (by !== this.#self && view.vouchesNeeded() > 1)) return
    this.#outputs.push({ type: 'admit', link, method: 'link' })
  }

  #share(guest: Guest, share: Uint8Array, now: Millis): void {
    const { crypto, roomId, identity, session } = this.#options
    const { link, pin } = guest
    // A second share while the first is unanswered is another try.
    this.#failed(guest)
    if (this.isBurnt(link.invite)) return this.#burn(link.invite)
    if (pin === undefined || now >= pin.until) return this.#tell(guest, true)
    const context = {
      handshakeHash: link.handshakeHash,
      roomId,
      inviteId: parseHex(link.invite) as Uint8Array,
      newcomer: { session: link.session, identity: link.identity },
      member: { session, identity },
    }
    const answering = PinAnswering.of(crypto, context, pin.digits, share)
    if (answering === undefined) return this.#hangUp(guest)
    this.#tries.set(link.invite, (this.#tries.get(link.invite) ?? 0) + 1)
    guest.answering = answering
    this.#send(link.id, { type: 'answer', share: answering.share, tag: answering.tag })
    this.#outputs.push({ type: 'changed' })
  }

  #confirm(guest: Guest, tag: Uint8Array | undefined): void {
    const { answering, link } = guest
    if (answering === undefined) return this.#hangUp(guest)
    if (tag === undefined || !answering.confirmed(tag)) {
      this.#failed(guest)
      if (this.#guests.has(link.id)) this.#send(link.id, { type: 'wrong', triesLeft: this.#triesLeft(link.invite) })
      this.#outputs.push({ type: 'changed' })
      return
    }
    // A PIN serves once, and a try that was right was none.
    guest.answering = undefined
    guest.pin = undefined
    this.#tries.set(link.invite, (this.#tries.get(link.invite) ?? 1) - 1)
    this.#outputs.push({ type: 'admit', link, method: 'pin' }, { type: 'changed' })
  }

  /** A try that is out and was not confirmed stays counted. */
  #failed(guest: Guest): void {
    if (guest.answering === undefined) return
    guest.answering = undefined
    guest.wrongPins++
    if (this.isBurnt(guest.link.invite)) this.#burn(guest.link.invite)
  }

  #burn(invite: string): void {
    this.#outputs.push({ type: 'burnt', invite })
    for (const guest of [...this.#guests.values()]) {
      if (guest.link.invite !== invite || this.#options.view.standing(formatHex(guest.link.identity)).isIn) continue
      // Somebody whose answer is out may still be the one who is right.
      if (guest.answering !== undefined) continue
      this.#guests.delete(guest.link.id)
      this.#refuse(guest.link.id, 'burnt')
    }
    this.#outputs.push({ type: 'changed' })
  }

  #show(guest: Guest, now: Millis): void {
    guest.pin = { digits: drawPin(this.#options.crypto.random), until: now + pinLifeMs }
    this.#outputs.push({ type: 'changed' })
  }

  #mayVouch(guest: Guest): boolean {
    const { view } = this.#options
    return view.mayAdmit() && !view.standing(formatHex(guest.link.identity)).iVouched
  }

  /** Why nobody comes in by this invite, or this one does not. */
  #refusal(link: DoorLink, now: Millis): AdmissionRefusal | undefined {
    const identity = formatHex(link.identity)
    const invite = this.#options.view.invite(link.invite)
    if (invite === undefined) return 'unknown'
    // Whoever was let in by it is told so, whatever became of the invite since.
    const { isIn, wasOut } = this.#options.view.standing(identity)
    if (isIn && invite.usedBy.includes(identity)) return undefined
    if (this.#declined.has(identity)) return 'declined'
    if (invite.revoked) return 'revoked'
    if (now >= invite.expires) return 'expired'
    if (this.isBurnt(invite.id) && this.#guests.get(link.id)?.answering === undefined) return 'burnt'
    const hasUsed = invite.usedBy.includes(identity)
    if (hasUsed ? wasOut : invite.usedBy.length >= invite.uses) return 'used'
    return undefined
  }

  #triesLeft(invite: string): number {
    return Math.max(0, maxPinTries - (this.#tries.get(invite) ?? 0))
  }

  #find(identity: string): Guest | undefined {
    let found: Guest | undefined
    for (const guest of this.#guests.values()) if (formatHex(guest.link.identity) === identity) found = guest
    return found
  }

  /** How things stand, when it was told something else. */
  #tell(guest: Guest, again = false): void {
    const { view } = this.#options
    const { have, isIn } = view.standing(formatHex(guest.link.identity))
    const { link } = guest
    const pinShown = guest.pin !== undefined
    const triesLeft = this.#triesLeft(link.invite)
    const needed = view.vouchesNeeded()
    const told = [needed, have, pinShown, isIn].join()
    if (told !== guest.told || again) {
      guest.told = told
      this.#send(link.id, { type: 'standing', needed, have, pinShown, isIn, triesLeft })
    }
    if (!isIn || guest.welcomed) return
    guest.welcomed = true
    this.#outputs.push({ type: 'welcome', link }, { type: 'changed' })
  }

  #refuse(link: string, reason: AdmissionRefusal): void {
    this.#send(link, { type: 'refused', reason })
    this.#outputs.push({ type: 'hangUp', link })
  }

  #hangUp(guest: Guest): void {
    this.#guests.delete(guest.link.id)
    this.#failed(guest)
    this.#outputs.push({ type: 'hangUp', link: guest.link.id }, { type: 'changed' })
  }

  #send(link: string, message: AdmissionMessage): void {
    this.#outputs.push({ type: 'send', link, bytes: encodeAdmission(message) })
  }

  #collect(act: () => void): readonly DoorOutput[] {
    this.#outputs = []
    act()
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }
}
