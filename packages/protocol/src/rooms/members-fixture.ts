/** For tests and benchmarks: people with certified sessions in one room. */
import type { Crypto } from '../crypto/crypto.ts'
import { encodeChain } from '../identity/chain.ts'
import { certifyDevice, certifySession, createDevice, createIdentity, createSession } from '../identity/session.ts'
import { formatHex } from '../codec/text.ts'
import type { Millis } from '../machine.ts'
import type { Me } from './session-writer.ts'

/** A person with one device; `session` makes the keys of one more run. */
export interface Member {
  readonly author: string
  session(now: Millis): Me
}

export function createMember(crypto: Crypto, name: string, now: Millis): Member {
  const identity = createIdentity(crypto)
  const device = createDevice(crypto)
  const certificate = certifyDevice(
    crypto,
    identity,
    { sign: device.sign.publicKey, agree: device.agree.publicKey },
    now,
  )
  const author = formatHex(identity.publicKey)
  return {
    author,
    session: (at) => {
      const session = createSession(crypto)
      const statement = certifySession(crypto, device.sign, session.sign.publicKey, at)
      return { session: session.sign, chain: encodeChain([certificate, statement]), author, name }
    },
  }
}
