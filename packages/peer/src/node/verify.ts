/** Many signatures at once in Node: native, in slices, so that sockets and the terminal stay alive in between. */
import type { Crypto, SignatureCheck } from '@kith/protocol'
import type { VerifyMany } from '../host.ts'

/** About 5 ms of work. */
const sliceLength = 64

export function createVerifyMany(crypto: Pick<Crypto, 'verify'>): VerifyMany {
  return async (checks: readonly SignatureCheck[]) => {
    const valid: boolean[] = []
    for (const { publicKey, message, signature } of checks) {
      if (valid.length % sliceLength === sliceLength - 1) await nextTurn()
      valid.push(crypto.verify(publicKey, message, signature))
    }
    return valid
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
