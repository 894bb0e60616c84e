/**
 * The members of the relay benchmark, in a process of their own.
 *
 * They are bare TCP sockets that speak just enough WebSocket, because a hundred full clients would be slower than the
 * servers they measure. Sixteen members speak; each has one message on its way at a time and says the next one when its
 * neighbour in the room has heard it. So every server has the same number of messages under way, and a slow one is not
 * drowned. Latency is taken from every sixteenth delivery, from the sender's write to the receiver's read.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { createNativeCrypto } from '@kith/peer/node/crypto'
import { encodeRequest, RelayClient, slotAt, topicKeys } from '@kith/protocol'
import type { TargetKind } from './relay-target.ts'

export interface Load {
  readonly kind: TargetKind
  readonly port: number
  readonly members: number
  readonly speakers: number
  readonly messageBytes: number
  readonly warmUpMs: number
  readonly measureMs: number
}

export interface LoadResult {
  readonly deliveriesPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const crypto = createNativeCrypto()
/** In an `entry` answer: version, kind, topic, receipt with its length. */
const entryOffset = 1 + 1 + 32 + 2 + 206
const entryKind = 0x48
/** In the entry's sealed body: who spoke, and when. */
const speakerOffset = 200
const timeOffset = 202
const sampleEvery = 16

/** One WebSocket, client side, over bytes. */
class RawSocket {
  readonly #tcp: Socket
  readonly #onFrame: (opcode: number, payload: Buffer) => void
  #rest: Buffer = Buffer.alloc(0)
  #isOpen = false

  constructor(port: number, path: string, onOpen: () => void, onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame
    this.#tcp = connect({ port, host: '127.0.0.1', noDelay: true })
    const key = randomBytes(16).toString('base64')
    this.#tcp.write(
      `GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
    )
    this.#tcp.on('error', (error) => {
      throw error
    })
    this.#tcp.on('data', (chunk) => {
      let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
      if (!this.#isOpen) {
        const end = data.indexOf('\r\n\r\n')
        if (end < 0) {
          this.#rest = data
          return
        }
        if (!data.toString('latin1', 0, 12).endsWith('101')) throw new Error(data.toString('latin1', 0, end))
        this.#isOpen = true
        data = data.subarray(end + 4)
        onOpen()
      }
      this.#rest = this.#parse(data)
    })
  }

  send(payload: Uint8Array | string, opcode = 2): void {
    const body = typeof payload === 'string' ? Buffer.from(payload) : payload
    const head = body.length < 126 ? 6 : 8
    const frame = Buffer.alloc(head + body.length)
    frame[0] = 0x80 | opcode
    if (head === 6) frame[1] = 0x80 | body.length
    else {
      frame[1] = 0x80 | 126
      frame.writeUInt16BE(body.length, 2)
    }
    // The mask is four zeros: allowed, and no work for either side.
    frame.set(body, head)
    this.#tcp.write(frame)
  }

  close(): void {
    this.#tcp.destroy()
  }

  #parse(data: Buffer): Buffer {
    let at = 0
    while (at + 2 <= data.length) {
      let length = data[at + 1]! & 0x7f
      let head = 2
      if (length === 126) {
        if (at + 4 > data.length) break
        length = data.readUInt16BE(at + 2)
        head = 4
      } else if (length === 127) {
        if (at + 10 > data.length) break
        length = data.readUInt32BE(at + 6)
        head = 10
      }
      if (at + head + length > data.length) break
      this.#onFrame(data[at]! & 15, data.subarray(at + head, at + head + length))
      at += head + length
    }
    return data.subarray(at)
  }
}

const topic = topicKeys(crypto, new Uint8Array(32).fill(3), slotAt(Date.now()))

/** A member that is in the room; everything after that goes to `onFrame`. */
export function joinRoom(
  kind: TargetKind,
  port: number,
  room: typeof topic,
  onFrame: (payload: Buffer) => void,
): Promise<RawSocket> {
  return new Promise((resolve) => {
    let isIn = false
    const enter = (): void => {
      isIn = true
      resolve(socket)
    }
    const client = new RelayClient({
      crypto,
      origin: `http://localhost:${port}`,
      session: crypto.signKeyPair(crypto.random(32)),
    })
    const tell = (input: Parameters<RelayClient['handle']>[0]): void => {
      for (const output of client.handle(input, Date.now())) {
        if (output.type === 'transmit') socket.send(output.bytes)
        else if (output.type === 'event' && output.event.type === 'ready') {
          tell({ type: 'enter', keys: room, announcement: crypto.random(178) })
        } else if (output.type === 'event' && output.event.type === 'peers') enter()
      }
    }
    const path = kind === 'socketio' ? '/socket.io/?EIO=4&transport=websocket' : kind === 'kith' ? '/ws' : '/'
    const socket = new RawSocket(
      port,
      path,
      () => {
        if (kind === 'kith') tell({ type: 'up' })
        else if (kind === 'ws') setImmediate(enter)
      },
      (opcode, payload) => {
        if (isIn) {
          if (opcode === 2) onFrame(payload)
        } else if (kind === 'kith') tell({ type: 'frame', bytes: new Uint8Array(payload) })
        else if (kind === 'socketio' && payload[0] === 0x30) socket.send('40', 1)
        else if (kind === 'socketio' && payload[0] === 0x34) enter()
      },
    )
  })
}

async function measure(load: Load): Promise<LoadResult> {
  const { kind, port, members, speakers } = load
  const samples: number[] = []
  const sockets: RawSocket[] = []
  let deliveries = 0
  let isMeasuring = false

  const speak = (speaker: number): void => {
    const entry = randomBytes(load.messageBytes)
    entry[0] = 1
    entry.writeUInt16BE(speaker, speakerOffset)
    entry.writeDoubleBE(performance.now(), timeOffset)
    const frame = encodeRequest({ type: 'publish', topic: topic.topic, entry })
    const socket = sockets[speaker]!
    if (kind === 'socketio') socket.send('451-["publish",{"_placeholder":true,"num":0}]', 1)
    socket.send(frame)
  }

  const hear = (member: number, payload: Buffer): void => {
    if (payload[1] !== entryKind) return
    deliveries++
    if (isMeasuring && deliveries % sampleEvery === 0) {
      samples.push(performance.now() - payload.readDoubleBE(entryOffset + timeOffset))
    }
    const speaker = payload.readUInt16BE(entryOffset + speakerOffset)
    if (member === (speaker + 1) % members) speak(speaker)
  }

  for (let i = 0; i < members; i++) {
    const member = sockets.length
    sockets.push(await joinRoom(kind, port, topic, (payload) => hear(member, payload)))
  }
  for (let speaker = 0; speaker < speakers; speaker++) speak(speaker)
  await new Promise((resolve) => setTimeout(resolve, load.warmUpMs))
  isMeasuring = true
  deliveries = 0
  const began = performance.now()
  await new Promise((resolve) => setTimeout(resolve, load.measureMs))
  const deliveriesPerS = (deliveries / (performance.now() - began)) * 1000
  for (const socket of sockets) socket.close()
  samples.sort((a, b) => a - b)
  const part = (share: number): number => samples[Math.floor(samples.length * share)] ?? Number.NaN
  return { deliveriesPerS, p50Ms: part(0.5), p99Ms: part(0.99) }
}

export interface Idle {
  readonly kind: TargetKind
  readonly port: number
  readonly idle: number
}

/** Members of rooms of ten that say nothing. */
async function sitIdle(load: Idle): Promise<void> {
  for (let i = 0; i < load.idle; i += 10) {
    const room = topicKeys(crypto, crypto.random(32), slotAt(Date.now()))
    await Promise.all(Array.from({ length: 10 }, () => joinRoom(load.kind, load.port, room, () => {})))
  }
}

process.on('message', (load: Load | Idle) => {
  const work = 'idle' in load ? sitIdle(load) : measure(load)
  void work.then((result) => process.send?.(result ?? {}))
})
process.on('disconnect', () => process.exit(0))
