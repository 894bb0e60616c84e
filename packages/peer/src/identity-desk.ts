/**
 * Who this person is, beyond one room: the root all keys grow from, what services attest, which services are believed,
 * and whom one has compared numbers with. One for a whole chat; everything is kept in the sealed store.
 *
 * ```
 * chat/identity  { root, claims: [{ claim, salt, statement, relay }], services: [{ key, relay }], linked: { identity, name } }
 * chat/known     { people: [{ keys, name, at }] }
 * ```
 */
import {
  type Crypto,
  type KeyPair,
  type Millis,
  type PinnedService,
  type Proof,
  type ShownClaim,
  certifyPersona,
  emailClaim,
  encodeProof,
  equalBytes,
  extensionOf,
  extensionTypes,
  fingerprint,
  followSuccession,
  founderSecret,
  formatBase64url,
  formatHex,
  formatUtf8,
  hashClaim,
  identityRootBytes,
  longTermIdentity,
  maxProofClaims,
  openStatement,
  parseBase64url,
  parseEmail,
  parseHex,
  roomIdentitySecret,
  signRequest,
  verifyProof,
} from '@kith/protocol'
import type { AuthClient } from './auth-port.ts'
import { noDevices } from './devices-state.ts'
import { IdentityRefused } from './errors.ts'
import type { BelievedService, IdentityState } from './identity-state.ts'
import { phraseToRoot, rootToPhrase } from './phrase.ts'
import { parseRelay } from './relay-address.ts'

/** More services than anybody believes by hand; the oldest make room. */
export const maxServices = 32

export interface KeptClaim {
  readonly claim: string
  readonly salt: Uint8Array
  readonly statement: Uint8Array
  /** Origin of the service's relay. */
  readonly relay: string
}

interface KeptService {
  readonly key: Uint8Array
  readonly relay: string
}

export interface KeptIdentity {
  readonly root: Uint8Array
  readonly claims: readonly KeptClaim[]
  readonly services: readonly KeptService[]
  /** This is a linked device: whose, and the root is of nobody but what it makes by itself. */
  readonly linked?: { readonly identity: Uint8Array; readonly name: string } | undefined
}

export interface DeskPorts {
  readonly crypto: Crypto
  readonly now: () => Millis
  /** Undefined where nobody can be asked. */
  readonly auth: AuthClient | undefined
  readonly write: (kept: KeptIdentity) => Promise<void>
  /** On a linked device: what its main device prepared to be shown by this author; undefined when it did not. */
  readonly preparedProof: (author: Uint8Array) => Uint8Array | undefined
  /** Something that shows changed: the state, or what is believed of others. */
  readonly changed: () => void
}

interface Asking {
  readonly email: string
  readonly relay: string
  readonly service: Uint8Array
}

export class IdentityDesk {
  readonly #ports: DeskPorts
  #kept: KeptIdentity
  #identity: KeyPair
  #asking: Asking | undefined
  #state: IdentityState | undefined

  constructor(ports: DeskPorts, kept: KeptIdentity) {
    this.#ports = ports
    this.#kept = kept
    this.#identity = longTermIdentity(ports.crypto, kept.root)
  }

  /** Long-term identity, 32 bytes. */
  get identity(): Uint8Array {
    return this.#kept.linked?.identity ?? this.#identity.publicKey
  }

  get isLinked(): boolean {
    return this.#kept.linked !== undefined
  }

  /** From now on this is a device of that person. What was attested of the one before is gone. */
  async linkTo(identity: Uint8Array, name: string): Promise<void> {
    this.#asking = undefined
    await this.#keep({ ...this.#kept, claims: [], linked: { identity, name } })
  }

  get state(): IdentityState {
    this.#state ??= this.#snapshot()
    return this.#state
  }

  /** The 32-byte secret of who one is in a room joined from now on. */
  roomIdentity(roomId: Uint8Array): Uint8Array {
    return roomIdentitySecret(this.#ports.crypto, this.#kept.root, roomId)
  }

  /** The 32-byte secret of who founds the room whose first operation has this salt. */
  founder(salt: Uint8Array): Uint8Array {
    return founderSecret(this.#ports.crypto, this.#kept.root, salt)
  }

  /** Is this who one is in the room (hex) by the root there is now? */
  isRoomIdentity(author: Uint8Array, room: string): boolean {
    const secret = this.roomIdentity(parseHex(room) ?? new Uint8Array(0))
    return equalBytes(this.#ports.crypto.signKeyPair(secret).publicKey, author)
  }

  /** The secret of a founder, when it was this person who founded, with this root; undefined of everybody else's rooms. */
  ownFounder(founder: string, salt: Uint8Array): Uint8Array | undefined {
    if (this.isLinked) return undefined
    const secret = this.founder(salt)
    return formatHex(this.#ports.crypto.signKeyPair(secret).publicKey) === founder ? secret : undefined
  }

  async phrase(): Promise<string> {
    this.#mustBeMain()
    return rootToPhrase(this.#kept.root)
  }

  /** What was attested of another identity is gone: it was about that one. */
  async restore(phrase: string): Promise<void> {
    const root = await phraseToRoot(phrase)
    if (root === undefined) throw new IdentityRefused('phraseMalformed')
    if (formatHex(root) === formatHex(this.#kept.root) && !this.isLinked) return
    this.#identity = longTermIdentity(this.#ports.crypto, root)
    this.#asking = undefined
    await this.#keep({ ...this.#kept, root, claims: [], linked: undefined })
  }

  /** The service's key, hex. A believed service that changed its key is followed, or it is told that it cannot be. */
  async lookUp(relay: string): Promise<string> {
    return formatHex((await this.#about(parseRelay(relay))).key)
  }

  async believe(relay: string, key: string): Promise<void> {
    const origin = parseRelay(relay)
    const { key: now } = await this.#about(origin)
    // What was shown is what is believed, not what a second answer says.
    if (formatHex(now) !== key) throw new IdentityRefused('serviceKeyChanged')
    if (this.#believes(now)) return
    await this.#keep({
      ...this.#kept,
      services: [...this.#kept.services, { key: now, relay: origin }].slice(-maxServices),
    })
  }

  async doubt(key: string): Promise<void> {
    const services = this.#kept.services.filter((service) => formatHex(service.key) !== key)
    await this.#keep({ ...this.#kept, services })
  }

  async askCode(address: string, relay: string): Promise<void> {
    this.#mustBeMain()
    const email = parseEmail(address)
    if (email === undefined) throw new IdentityRefused('addressMalformed')
    const origin = parseRelay(relay)
    const { key } = await this.#about(origin)
    const problem = await this.#auth().sendCode(origin, { email, identity: formatHex(this.#identity.publicKey) })
    if (problem !== undefined) throw new IdentityRefused(problem)
    this.#asking = { email, relay: origin, service: key }
    this.#changed()
  }

  /** Answers the address that is attested from now on. */
  async enterCode(text: string): Promise<string> {
    const asking = this.#asking
    if (asking === undefined) throw new IdentityRefused('noCode')
    const code = text.replace(/\s/gu, '')
    if (!/^\d{6}$/u.test(code)) throw new IdentityRefused('codeMalformed')
    const { crypto, now } = this.#ports
    const { email, relay, service } = asking
    const salt = crypto.random(16)
    const identity = this.#identity
    const signature = signRequest(crypto, identity, { service, identity: identity.publicKey, email, salt, code })
    const statement = await this.#auth().attest(relay, {
      email,
      identity: formatHex(identity.publicKey),
      salt: formatBase64url(salt),
      code,
      signature: formatBase64url(signature),
    })
    if (typeof statement === 'string') throw new IdentityRefused(statement)
    const claim: KeptClaim = { claim: email, salt, statement, relay }
    if (!this.#isGood(claim, service, now())) throw new IdentityRefused('noService')
    this.#asking = undefined
    const others = this.#kept.claims.filter((other) => other.claim !== email)
    await this.#keep({ ...this.#kept, claims: [...others, claim].slice(-maxProofClaims) })
    return email
  }

  async dropClaim(claim: string): Promise<void> {
    await this.#keep({ ...this.#kept, claims: this.#kept.claims.filter((one) => one.claim !== claim) })
  }

  /** What is shown in a room where one is `author`. */
  prove(author: Uint8Array): Uint8Array {
    const { crypto, now } = this.#ports
    // What holds for nobody is taken for nothing by whoever gets it.
    if (this.isLinked) return this.#ports.preparedProof(author) ?? new Uint8Array(0)
    const claims = this.#kept.claims.filter(({ statement }) => lastsUntil(crypto, statement) > now())
    return encodeProof({
      persona: certifyPersona(crypto, this.#identity, author, now()),
      attestations: claims.map(({ statement }) => statement),
      claims: claims.map(shown),
    })
  }

  /** Judges what somebody else shows, with no network; undefined when it does not hold. */
  judge(author: Uint8Array, proof: Uint8Array): Proof | undefined {
    if (proof.length === 0) return undefined
    const { crypto, now } = this.#ports
    const pinnedServices = this.#kept.services.map(({ key }): PinnedService => ({ claimType: emailClaim, key }))
    const judged = verifyProof(crypto, proof, { author, time: now(), pinnedServices })
    return judged.ok ? judged.value : undefined
  }

  #mustBeMain(): void {
    if (this.isLinked) throw new IdentityRefused('linkedDevice')
  }

  #isGood(claim: KeptClaim, service: Uint8Array, time: Millis): boolean {
    const { crypto } = this.#ports
    const opened = openStatement(crypto, claim.statement)
    if (!opened.ok || opened.value.type !== 'attestation' || time > opened.value.notAfter) return false
    const hash = extensionOf(opened.value, extensionTypes.claimHash)
    return (
      formatHex(opened.value.issuer) === formatHex(service) &&
      formatHex(opened.value.subject) === formatHex(this.#identity.publicKey) &&
      hash !== undefined &&
      formatHex(hash) === formatHex(hashClaim(crypto, shown(claim)))
    )
  }

  async #about(origin: string): Promise<{ readonly key: Uint8Array }> {
    const about = await this.#auth().about(origin)
    if (about === undefined) throw new IdentityRefused('noService')
    const before = this.#kept.services.filter(({ relay }) => relay === origin)
    if (before.length === 0 || before.some(({ key }) => formatHex(key) === formatHex(about.key))) return about
    const { crypto, now } = this.#ports
    for (const { key } of before) {
      const followed = followSuccession(crypto, key, about.key, about.successions, now())
      if (!followed.ok) continue
      // The older keys stay: what they attested lasts up to ninety days more.
      const fresh = followed.value.filter((one) => !this.#believes(one)).map((one) => ({ key: one, relay: origin }))
      await this.#keep({ ...this.#kept, services: [...this.#kept.services, ...fresh].slice(-maxServices) })
      return about
    }
    throw new IdentityRefused('serviceKeyChanged')
  }

  #believes(key: Uint8Array): boolean {
    return this.#kept.services.some((service) => formatHex(service.key) === formatHex(key))
  }

  #auth(): AuthClient {
    if (this.#ports.auth === undefined) throw new IdentityRefused('noService')
    return this.#ports.auth
  }

  async #keep(kept: KeptIdentity): Promise<void> {
    await this.#ports.write(kept)
    this.#kept = kept
    this.#changed()
  }

  #changed(): void {
    this.#state = undefined
    this.#ports.changed()
  }

  #snapshot(): IdentityState {
    const { crypto } = this.#ports
    const publicKey = this.identity
    return {
      devices: noDevices,
      id: formatHex(publicKey),
      fingerprint: fingerprint(crypto, publicKey).text,
      claims: this.#kept.claims.map(({ claim, statement, relay }) => ({
        claim,
        service: formatHex(issuerOf(crypto, statement)),
        host: new URL(relay).host,
        notAfter: lastsUntil(crypto, statement),
      })),
      services: this.#kept.services.map(({ key, relay }): BelievedService => ({
        key: formatHex(key),
        host: new URL(relay).host,
      })),
      asking: this.#asking && { email: this.#asking.email, host: new URL(this.#asking.relay).host },
    }
  }
}

export function createKeptIdentity(crypto: Pick<Crypto, 'random'>): KeptIdentity {
  return { root: crypto.random(identityRootBytes), claims: [], services: [] }
}

function shown({ claim, salt }: KeptClaim): ShownClaim {
  return { type: emailClaim, salt, claim: formatUtf8(claim) }
}

function lastsUntil(crypto: Crypto, statement: Uint8Array): Millis {
  const opened = openStatement(crypto, statement)
  return opened.ok ? opened.value.notAfter : 0
}

function issuerOf(crypto: Crypto, statement: Uint8Array): Uint8Array {
  const opened = openStatement(crypto, statement)
  return opened.ok ? opened.value.issuer : new Uint8Array(32)
}

/** For the store. */
export function packIdentity({ root, claims, services, linked }: KeptIdentity): Record<string, unknown> {
  return {
    linked: linked && { identity: formatHex(linked.identity), name: linked.name },
    root: formatBase64url(root),
    claims: claims.map(({ claim, salt, statement, relay }) => ({
      claim,
      salt: formatBase64url(salt),
      statement: formatBase64url(statement),
      relay,
    })),
    services: services.map(({ key, relay }) => ({ key: formatHex(key), relay })),
  }
}

/** Undefined when there is no root in it. */
export function unpackIdentity(fields: Record<string, unknown>): KeptIdentity | undefined {
  const root = bytesOf(fields['root'])
  if (root?.length !== identityRootBytes) return undefined
  const claims = listOf(fields['claims']).flatMap(({ claim, salt, statement, relay }): KeptClaim[] => {
    const [saltBytes, statementBytes] = [bytesOf(salt), bytesOf(statement)]
    if (typeof claim !== 'string' || typeof relay !== 'string') return []
    return saltBytes === undefined || statementBytes === undefined
      ? []
      : [{ claim, salt: saltBytes, statement: statementBytes, relay }]
  })
  const services = listOf(fields['services']).flatMap(({ key, relay }): KeptService[] => {
    const bytes = typeof key === 'string' ? parseHex(key) : undefined
    return bytes?.length === 32 && typeof relay === 'string' ? [{ key: bytes, relay }] : []
  })
  return { root, claims, services, linked: unpackLinked(fields['linked']) }
}

function unpackLinked(value: unknown): KeptIdentity['linked'] {
  const [fields = {}] = listOf([value])
  const { identity, name } = fields
  const bytes = typeof identity === 'string' ? parseHex(identity) : undefined
  return bytes?.length === 32 ? { identity: bytes, name: typeof name === 'string' ? name : '' } : undefined
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' ? parseBase64url(value) : undefined
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  if (!Array.isArray(value)) return []
  return value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
}
