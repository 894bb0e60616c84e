/** What a link costs without any network: memory while it is idle, and processor time per small payload. */
import { createNativeCrypto } from '@kith/peer/node'
import { createSession, Link, type LinkKind, type LinkOutput } from '@kith/protocol'

const smallBytes = 300

interface Pair {
  readonly near: Link
  readonly far: Link
}

function feed(to: Link, outputs: readonly LinkOutput[], answers: Uint8Array[], now: number): void {
  for (const output of outputs) {
    if (output.type !== 'transmit') continue
    for (const answer of to.handle({ type: 'frame', bytes: output.bytes }, now)) {
      if (answer.type === 'transmit') answers.push(answer.bytes)
    }
  }
}

/** Connects pairs of links that share everything an engine's links share. */
function createConnector(kind: LinkKind, now: number): () => Pair {
  const crypto = createNativeCrypto()
  const psks = [crypto.random(32)]
  const [alice, bob] = [createSession(crypto), createSession(crypto)]
  const claims = crypto.random(200)
  let made = 0
  return () => {
    const bindings = [crypto.random(32), crypto.random(32)] as const
    const common = { crypto, kind, psks, slot: 1000, claims }
    const name = `link/${++made}`
    const [local, remote] = bindings
    const near = new Link({ ...common, name, role: 'initiator', local, remote, session: alice })
    const far = new Link({ ...common, name, role: 'responder', local: remote, remote: local, session: bob })
    far.handle({ type: 'start' }, now)
    let toFar: LinkOutput[] = near.handle({ type: 'start' }, now)
    for (let round = 0; round < 4 && toFar.length > 0; round++) {
      const answers: Uint8Array[] = []
      feed(far, toFar, answers, now)
      toFar = answers.flatMap((bytes) => near.handle({ type: 'frame', bytes }, now))
    }
    if (!near.isUp || !far.isUp) throw new Error('the links did not come up')
    return { near, far }
  }
}

/** Bytes of heap and of buffers per link that is up and has said nothing yet. */
export function measureIdleBytes(links: number): number {
  const now = Date.now()
  const connect = createConnector('dtls', now)
  connect()
  const held: Pair[] = []
  const before = heldBytes()
  for (let i = 0; i < links / 2; i++) held.push(connect())
  const after = heldBytes()
  return (after - before) / (held.length * 2)
}

function heldBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Microseconds for one small payload of text: sent at one end, framed, opened and told at the other. */
export function measurePayloadUs(kind: LinkKind, payloads: number): number {
  let now = Date.now()
  const { near, far } = createConnector(kind, now)()
  const payload = new Uint8Array(smallBytes).fill(7)
  let arrived = 0
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if (i % 100 === 0) now++ // A burst is over when time has passed.
      for (const output of near.handle({ type: 'send', priority: 1, payload }, now)) {
        if (output.type !== 'transmit') continue
        for (const told of far.handle({ type: 'frame', bytes: output.bytes }, now)) {
          if (told.type === 'payload') arrived += told.bytes.length
        }
      }
    }
  }
  run(payloads / 10)
  const start = process.cpuUsage()
  run(payloads)
  const { user, system } = process.cpuUsage(start)
  if (arrived !== (payloads + payloads / 10) * smallBytes) throw new Error('payloads were lost')
  return (user + system) / payloads
}
