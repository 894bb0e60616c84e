/** What writes a session's chain: keeps its keys and its end, seals and signs one entry after the other. */
import { formatHex } from '../codec/text.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { type Entry, type ExpiryClass, encodeHeader, entryKinds, maxSeq, noPrev, signEntry } from '../log/entry.ts'
import type { Millis } from '../machine.ts'
import { type Body, type Content, type Opening, encodeBody, fitName } from './content.ts'
import type { Sealing } from './seals.ts'

/** The session that posts here. */
export interface Me {
  readonly session: KeyPair
  /** Bytes of the chain session ← device ← identity, as `encodeChain` makes them. */
  readonly chain: Uint8Array
  /** Author key, hex. */
  readonly author: string
  readonly name: string
}

export class SessionWriter {
  readonly me: Me
  /** Session key, hex. */
  readonly hex: string
  name: string
  readonly #crypto: Crypto
  #last: Entry | undefined

  constructor(crypto: Crypto, me: Me) {
    this.#crypto = crypto
    this.me = me
    this.hex = formatHex(me.session.publicKey)
    this.name = fitName(me.name)
  }

  /** The opening was written. */
  get hasBegun(): boolean {
    return this.#last !== undefined
  }

  write({ epochId, seal }: Sealing, body: Body, expiry: ExpiryClass, time: Millis): Entry {
    const last = this.#last
    const nonce = this.#crypto.random(24)
    const header = encodeHeader({
      kind: kindOf(body.content),
      flags: expiry,
      time,
      session: this.me.session.publicKey,
      seq: last === undefined ? 0 : Math.min(last.seq + 1, maxSeq),
      prev: last?.id ?? noPrev,
      epochId,
      nonce,
    })
    const sealed = seal.seal(header, nonce, encodeBody(body))
    return (this.#last = signEntry(this.#crypto, this.me.session.secretKey, header, sealed))
  }
}

function kindOf(content: Content | Opening): number {
  if (content.type === 'opening') return entryKinds.opening
  const isAbout = content.type === 'profile' || content.type === 'proof' || content.type === 'moved'
  return isAbout ? entryKinds.profile : entryKinds.post
}
