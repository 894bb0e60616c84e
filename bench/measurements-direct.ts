/**
 * S1-08: is sending it straight faster than replicating it? The same 300 bytes over the same carriers, as a bare frame,
 * and as a sealed payload of an authenticated link: what a direct call would be. Replication is measured beside it, in
 * `measurements-replicas.ts`: two peers, log, signature, store.
 */
import {
  createAddressDialer,
  createNativeCrypto,
  createNodeDialer,
  createSystemClock,
  listenForSockets,
} from '@kith/peer/node'
import { createSession, Link, type LinkOutput } from '@kith/protocol'
import type { Transport, TransportEvents } from '../packages/peer/src/transport.ts'
import { part, rounded, textBytes } from './mesh-load.ts'
import type { Carrier } from './measurements-replicas.ts'

export interface DirectFigures {
  readonly carrier: Carrier
  readonly way: 'bare frame' | 'sealed on a link'
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytes: number
}

const messages = 400
const warmUpMessages = 50
const pauseMs = 10

interface End {
  transport: Transport | undefined
  binding: { readonly local: Uint8Array; readonly remote: Uint8Array } | undefined
  onFrame: (bytes: Uint8Array) => void
}

/** Two ends of one carrier, up. */
async function connect(carrier: Carrier): Promise<{ near: End; far: End; close: () => Promise<void> }> {
  const clock = createSystemClock()
  const near: End = { transport: undefined, binding: undefined, onFrame: () => {} }
  const far: End = { transport: undefined, binding: undefined, onFrame: () => {} }
  let close = async (): Promise<void> => {}
  const up = new Promise<void>((resolve) => {
    const events = (self: End, other: End): TransportEvents => ({
      signal: (bytes) => other.transport?.signal(bytes),
      up: (binding) => {
        self.binding = binding
        // An inbound socket is judged by its first frame.
        if (carrier === 'sockets' && self === near) near.transport?.send('control', Uint8Array.of(0))
        if (near.binding !== undefined && far.binding !== undefined) resolve()
      },
      frame: (bytes) => self.onFrame(bytes),
      full: () => {},
      drained: () => {},
      down: () => {},
    })
    if (carrier === 'WebRTC') {
      const dial = createNodeDialer({ clock })
      far.transport = dial(false, events(far, near))
      near.transport = dial(true, events(near, far))
      return
    }
    const listening = listenForSockets({
      clock,
      port: 0,
      host: '127.0.0.1',
      route: ({ accept }) => {
        far.transport = accept(events(far, near))
      },
    })
    void listening.then(({ address, close: stop }) => {
      close = stop
      near.transport = createAddressDialer({ clock })(address, events(near, far))
    })
  })
  await up
  return {
    near,
    far,
    close: async () => {
      near.transport?.close()
      far.transport?.close()
      await close()
    },
  }
}

export async function measureDirect(carrier: Carrier): Promise<DirectFigures[]> {
  const { near, far, close } = await connect(carrier)
  try {
    let arrived: (bytes: Uint8Array) => void = () => {}
    let sent = 0
    const send = (end: End, bytes: Uint8Array): void => {
      sent += bytes.length
      end.transport?.send('control', bytes)
    }
    far.onFrame = (bytes): void => arrived(bytes)
    const bare = await time(
      (payload) => send(near, payload),
      (told) => (arrived = told),
      () => sent,
    )

    // The same link an engine would use, with nothing above it.
    const pair = openLinks(carrier, near, far)
    const carry = (from: End, outputs: readonly LinkOutput[]): void => {
      for (const output of outputs) {
        if (output.type === 'transmit') send(from, output.bytes)
        else if (output.type === 'payload') arrived(output.bytes)
      }
    }
    far.onFrame = (bytes): void => carry(far, pair.far.handle({ type: 'frame', bytes }, Date.now()))
    near.onFrame = (bytes): void => carry(near, pair.near.handle({ type: 'frame', bytes }, Date.now()))
    carry(far, pair.far.handle({ type: 'start' }, Date.now()))
    carry(near, pair.near.handle({ type: 'start' }, Date.now()))
    while (!pair.near.isUp || !pair.far.isUp) await sleep(5)
    const sealed = await time(
      (payload) => carry(near, pair.near.handle({ type: 'send', priority: 1, payload }, Date.now())),
      (told) => (arrived = told),
      () => sent,
    )
    return [
      { carrier, way: 'bare frame', ...bare },
      { carrier, way: 'sealed on a link', ...sealed },
    ]
  } finally {
    await close()
  }
}

function openLinks(carrier: Carrier, near: End, far: End): { readonly near: Link; readonly far: Link } {
  const crypto = createNativeCrypto()
  const common = {
    crypto,
    kind: carrier === 'WebRTC' ? ('dtls' as const) : ('socket' as const),
    psks: [crypto.random(32)],
    slot: 1,
    claims: crypto.random(200),
    name: 'link/1',
  }
  if (near.binding === undefined || far.binding === undefined) throw new Error('a carrier is not up')
  return {
    near: new Link({ ...common, ...near.binding, role: 'initiator', session: createSession(crypto) }),
    far: new Link({ ...common, ...far.binding, role: 'responder', session: createSession(crypto) }),
  }
}

async function time(
  send: (payload: Uint8Array) => void,
  tell: (told: (bytes: Uint8Array) => void) => void,
  sentBytes: () => number,
): Promise<Pick<DirectFigures, 'p50Ms' | 'p99Ms' | 'bytes'>> {
  const latencies: number[] = []
  let counting = false
  tell((bytes) => {
    if (!counting || bytes.length !== textBytes) return
    latencies.push(performance.now() - new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0))
  })
  let before = 0
  for (let n = 0; n < warmUpMessages + messages; n++) {
    if (n === warmUpMessages) {
      counting = true
      before = sentBytes()
    }
    const payload = new Uint8Array(textBytes)
    new DataView(payload.buffer).setFloat64(0, performance.now())
    send(payload)
    await sleep(pauseMs)
  }
  const bytes = sentBytes() - before
  await sleep(200)
  if (latencies.length !== messages) throw new Error(`${latencies.length} of ${messages} payloads arrived`)
  latencies.sort((a, b) => a - b)
  return {
    p50Ms: rounded(part(latencies, 0.5), 3),
    p99Ms: rounded(part(latencies, 0.99), 3),
    bytes: Math.round(bytes / messages),
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
