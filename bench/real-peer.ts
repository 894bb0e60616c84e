/**
 * One member as a real program has it, without a screen: the engine under the real host, on real sockets or WebRTC, with
 * cryptography and a session of its own. Benchmarks open several in one process, so that one clock times them all.
 */
import {
  createAddressDialer,
  createNativeCrypto,
  createNodeDialer,
  createSystemClock,
  listenForSockets,
  relaySocketUrl,
  verifyManyNative,
} from '@kith/peer/node'
import { Engine, type Address, type Content, type EngineEvent, type Input, type Output } from '@kith/protocol'
import { Host, type EngineLike } from '../packages/peer/src/host.ts'
import { createNodeRelayDialer } from '../packages/peer/src/node/node.ts'
import { createPersonaSecrets, openPersona } from '../packages/peer/src/persona.ts'
import type { Storage } from '../packages/peer/src/storage.ts'
import type { RelayDialer, Transport } from '../packages/peer/src/transport.ts'
import { overSockets, SocketDialer } from './socket-dialer.ts'

export interface RealPeerOptions {
  readonly name: string
  readonly secret: Uint8Array
  readonly storage: Storage
  /** Accept plain sockets. */
  readonly listen?: boolean | undefined
  /** Where others listen. */
  readonly known?: readonly Address[] | undefined
  /** How a link comes about that the engine wants: by WebRTC, by sockets whose addresses are signalled, or not at all. */
  readonly dial?: 'webrtc' | 'sockets' | undefined
  readonly relay?: string | undefined
  /** The relay only introduces: frames of others do not come through it, so that all that comes comes by direct links. */
  readonly directOnly?: boolean | undefined
  readonly trace?: boolean | undefined
  readonly onEvent: (event: EngineEvent) => void
  /** Everything the engine was told, and what it wants done. */
  readonly onInput?: ((input: Input, outputs: readonly Output[]) => void) | undefined
}

export interface RealPeer {
  readonly engine: Engine
  readonly host: Host
  /** Where it listens. */
  readonly address: Address | undefined
  /** Bytes handed to transports so far. */
  sentBytes(): number
  post(content: Content, tag?: number): void
  close(): Promise<void>
}

export async function openRealPeer(options: RealPeerOptions): Promise<RealPeer> {
  const clock = createSystemClock()
  const crypto = createNativeCrypto()
  const { secret, relay, dial } = options
  const engine = new Engine(
    {
      crypto,
      secret,
      persona: openPersona(crypto, createPersonaSecrets(crypto, clock.now())),
      name: options.name,
      platform: 'node',
      relayOrigin: relay,
      webrtc: dial !== undefined,
      addresses: options.known ?? [],
      trace: options.trace,
    },
    clock.now(),
  )
  let sent = 0
  const counted = (transport: Transport): Transport => ({
    signal: (bytes) => transport.signal(bytes),
    send: (channel, bytes) => {
      sent += bytes.length
      transport.send(channel, bytes)
    },
    close: () => transport.close(),
  })
  const signalled = new SocketDialer(clock)
  const dialPeer = dial === 'sockets' ? signalled.dial : createNodeDialer({ clock })
  const dialSocket = createAddressDialer({ clock })
  const dialRelay = createNodeRelayDialer({ clock })
  const host = new Host(watched(dial === 'sockets' ? overSockets(engine) : engine, options.onInput), {
    clock,
    storage: options.storage,
    storePrefix: '',
    verifyMany: verifyManyNative,
    relay:
      relay === undefined
        ? undefined
        : { url: relaySocketUrl(relay), dial: options.directOnly === true ? introducing(dialRelay) : dialRelay },
    dial: dial === undefined ? undefined : (offerer, events) => counted(dialPeer(offerer, events)),
    dialAddress: (address, events) => counted(dialSocket(address, events)),
    onEvent: options.onEvent,
  })
  const listener =
    options.listen === true
      ? await listenForSockets({
          clock,
          port: 0,
          host: '127.0.0.1',
          route: (incoming) => {
            const { first, binding, accept } = incoming
            if (signalled.takes(incoming) || !engine.accepts(first, binding.local, clock.now())) return
            host.accept({ first, binding, accept: (events) => counted(accept(events)) })
          },
        })
      : undefined
  signalled.address = listener?.address
  host.start()
  return {
    engine,
    host,
    address: listener?.address,
    sentBytes: () => sent,
    post: (content, tag = 0) => host.input({ type: 'post', tag, content }),
    close: async () => {
      await host.stop()
      await listener?.close()
    },
  }
}

function watched(engine: EngineLike, onInput: RealPeerOptions['onInput']): EngineLike {
  if (onInput === undefined) return engine
  return {
    handle: (input, now) => {
      const outputs = engine.handle(input, now)
      onInput(input, outputs)
      return outputs
    },
  }
}

/** Of what the relay answers, the second byte of a frame that somebody else sent through it. */
const relayedFrame = 0x4b

function introducing(dial: RelayDialer): RelayDialer {
  return (url, events) => {
    const frame = (bytes: Uint8Array): void => {
      if (bytes[1] !== relayedFrame) events.frame(bytes)
    }
    return dial(url, { ...events, up: () => events.up(), down: () => events.down(), frame })
  }
}
