/**
 * Who the people of one room are: what they show, comparing numbers with them, and what their programs whisper. One for
 * each room; what is known beyond the room is asked of the chat (`IdentityHub`).
 */
import {
  Acquaintance,
  type AcquaintanceOutput,
  type ContactWhisper,
  type Crypto,
  type Millis,
  type Proof,
  Sas,
  type SasWhisper,
  type Whisper,
  decodeWhisper,
  encodeWhisper,
  formatHex,
  parseHex,
  safetyNumber,
} from '@kith/protocol'
import { IdentityRefused } from './errors.ts'
import type { Comparing, VerifyCommand } from './identity-state.ts'
import type { Membership, Verification } from './members-state.ts'

/** What a room asks of the chat. */
export interface IdentityHub {
  readonly identity: Uint8Array
  judge(author: Uint8Array, proof: Uint8Array): Proof | undefined
  prove(author: Uint8Array): Uint8Array
  verification(room: string, evidence: RoomEvidence): Verification
  /** I compared a number with them, or take that back. */
  compared(room: string, who: RoomEvidence, matches: boolean): Promise<void>
  /** Requests of people who are blocked are not put before anybody. */
  /** Somebody shows who they are here, or shows something else than before. */
  showed(room: string, who: string): void
  /** A contact founded the room of the two. */
  invited(room: string, who: string, invite: string): void
  met(room: string, output: Exclude<AcquaintanceOutput, { readonly type: 'whisper' }>): void
}

export interface RoomEvidence {
  readonly who: string
  readonly name: string
  readonly proof: Proof | undefined
  readonly membership: Membership | undefined
  readonly me: string
}

export interface RoomIdentityPorts {
  readonly crypto: Crypto
  readonly now: () => Millis
  readonly room: string
  readonly author: Uint8Array
  readonly name: () => string
  readonly nameOf: (who: string) => string
  /** The linked session of somebody who is reached best. */
  readonly sessionOf: (who: string) => string | undefined
  readonly whisper: (session: string, whisper: Uint8Array) => void
  /** Comparisons, or what is known of people, changed. */
  readonly changed: () => void
}

/** More comparisons at one time than anybody keeps up with. */
const maxComparisons = 8

export class RoomIdentity {
  readonly #ports: RoomIdentityPorts
  readonly #hub: IdentityHub
  readonly #proofs = new Map<string, Uint8Array>()
  readonly #judged = new Map<string, Proof | undefined>()
  readonly #sas = new Map<string, Sas>()
  readonly acquaintance: Acquaintance

  constructor(ports: RoomIdentityPorts, hub: IdentityHub) {
    this.#ports = ports
    this.#hub = hub
    this.acquaintance = new Acquaintance({
      crypto: ports.crypto,
      author: ports.author,
      get identity() {
        return hub.identity
      },
      name: ports.name,
      prove: () => hub.prove(ports.author),
    })
  }

  get comparing(): readonly Comparing[] {
    const now = this.#ports.now()
    return [...this.#sas].flatMap(([who, sas]) => {
      const state = sas.state(now)
      return state === undefined ? [] : [{ with: who, ...state }]
    })
  }

  /** I show who I am here. */
  get isShown(): boolean {
    return (this.#proofs.get(formatHex(this.#ports.author))?.length ?? 0) > 0
  }

  /** What I show when I choose to. */
  proof(): Uint8Array {
    return this.#hub.prove(this.#ports.author)
  }

  /** What somebody shows, as it holds now. */
  proofOf(who: string): Proof | undefined {
    if (!this.#judged.has(who)) {
      const [author, proof] = [parseHex(who), this.#proofs.get(who)]
      this.#judged.set(who, author === undefined || proof === undefined ? undefined : this.#hub.judge(author, proof))
    }
    return this.#judged.get(who)
  }

  /** Who of the room shows this long-term identity (hex). */
  *showing(identity: string): Generator<string> {
    for (const who of this.#proofs.keys()) {
      const proof = this.proofOf(who)
      if (proof !== undefined && formatHex(proof.identity) === identity) yield who
    }
  }

  verification(who: string, name: string, membership: Membership | undefined): Verification {
    return this.#hub.verification(this.#ports.room, this.#evidence(who, name, membership))
  }

  shows(author: string, proof: Uint8Array): void {
    this.#proofs.set(author, proof)
    this.#judged.delete(author)
    this.#hub.showed(this.#ports.room, author)
    this.#ports.changed()
  }

  /** Services, clock or compared people changed: everything is judged anew. */
  rejudge(): void {
    this.#judged.clear()
  }

  whispered(author: string, bytes: Uint8Array): void {
    const them = parseHex(author)
    const decoded = decodeWhisper(bytes)
    if (them === undefined || !decoded.ok) return
    const whisper = decoded.value
    const now = this.#ports.now()
    if (whisper.type === 'direct') return this.#hub.invited(this.#ports.room, author, whisper.invite)
    if (isAboutContacts(whisper)) {
      this.#carryOut(this.acquaintance.receive(author, them, whisper, now))
      return
    }
    const known = this.#sas.get(author)
    if (known === undefined && whisper.type !== 'compare') return
    const sas = known ?? this.#sasWith(author, them)
    const answer = sas?.receive(whisper, now)
    if (answer !== undefined) this.#whisper(author, answer)
    this.#ports.changed()
  }

  async verify(command: VerifyCommand): Promise<string | undefined> {
    const { who } = command
    const them = parseHex(who)
    if (them?.length !== 32) throw new IdentityRefused('unknownPerson')
    const now = this.#ports.now()
    switch (command.type) {
      case 'safetyNumber':
        return safetyNumber(this.#ports.crypto, this.#ports.author, them)
      case 'compared':
        await this.#hub.compared(this.#ports.room, this.#evidence(who, this.#ports.nameOf(who)), command.matches)
        return undefined
      case 'startSas': {
        const sas = this.#sasWith(who, them)
        if (sas === undefined) throw new IdentityRefused('busy')
        this.#whisper(who, sas.start(now), true)
        this.#ports.changed()
        return undefined
      }
      case 'answerSas': {
        const said = this.#sas.get(who)?.finish(command.matches, now)
        if (said === undefined) throw new IdentityRefused('nothingToCompare')
        this.#whisper(who, said)
        await this.#hub.compared(this.#ports.room, this.#evidence(who, this.#ports.nameOf(who)), command.matches)
        this.#ports.changed()
        return undefined
      }
      case 'closeSas':
        this.#sas.get(who)?.close()
        this.#ports.changed()
        return undefined
    }
  }

  /** Asks somebody who is here to be a contact. */
  request(who: string): void {
    if (this.#ports.sessionOf(who) === undefined) throw new IdentityRefused('notHere')
    this.#carryOut(this.acquaintance.request(who, this.#ports.now()))
  }

  answer(who: string, accepts: boolean): void {
    if (accepts && this.#ports.sessionOf(who) === undefined) throw new IdentityRefused('notHere')
    const outputs = this.acquaintance.answer(who, accepts, this.#ports.now())
    if (outputs.length === 0) throw new IdentityRefused('noRequest')
    this.#carryOut(outputs)
  }

  /** Lets a contact into the room of the two, if they are linked here. */
  invite(who: string, invite: string): void {
    this.#whisper(who, { type: 'direct', invite })
  }

  #evidence(who: string, name: string, membership?: Membership): RoomEvidence {
    return { who, name, proof: this.proofOf(who), membership, me: formatHex(this.#ports.author) }
  }

  #sasWith(who: string, them: Uint8Array): Sas | undefined {
    const known = this.#sas.get(who)
    if (known !== undefined) return known
    const now = this.#ports.now()
    for (const [other, sas] of this.#sas) if (sas.state(now) === undefined) this.#sas.delete(other)
    if (this.#sas.size >= maxComparisons) return undefined
    const sas = new Sas({ crypto: this.#ports.crypto, me: this.#ports.author, them })
    this.#sas.set(who, sas)
    return sas
  }

  #carryOut(outputs: readonly AcquaintanceOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'whisper') this.#whisper(output.to, output.whisper)
      else this.#hub.met(this.#ports.room, output)
    }
  }

  #whisper(who: string, whisper: Whisper, must = false): void {
    const session = this.#ports.sessionOf(who)
    if (session !== undefined) this.#ports.whisper(session, encodeWhisper(whisper))
    else if (must) throw new IdentityRefused('notHere')
  }
}

function isAboutContacts(whisper: Whisper): whisper is ContactWhisper {
  const { type } = whisper
  const sas: readonly SasWhisper['type'][] = ['compare', 'nonce', 'reveal', 'compared']
  return !sas.includes(type as SasWhisper['type'])
}
