/**
 * A membership operation: one signed sentence about who is in a room.
 *
 *   version 1 · kind u8 · room 32 (zeros in `create`) · author 32 · device 32 · time u48
 *   parents u8 ≤ 16 · parent 32 …            all heads its author knew, ascending; none only in `create`
 *   body                                     `operation-body.ts`, one layout for each kind
 *   signature 64 over "kith1/op\0" ‖ all bytes before it, by the device
 *
 * id = SHA-256("kith1/opid\0" ‖ all bytes); the id of `create` is the room's id, so nobody can present another beginning.
 * What is kept, passed on and hashed is the bytes that came. An operation is at most 256 KiB, which is a rekey for 2,900
 * devices. `time` is shown to people and decides nothing.
 */
import { compareBytes, concatBytes, label } from '../codec/bytes.ts'
import { Reader } from '../codec/reader.ts'
import { formatHex } from '../codec/text.ts'
import { Writer } from '../codec/writer.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { BrokenPromise, type Millis, type Result, type SignatureCheck, accept, reject } from '../machine.ts'
import { type OperationBody, kindOf, readBody, writeBody } from './operation-body.ts'

export const maxOperationBytes: number = 256 * 1024
export const maxParents = 16
export const roomIdLength = 32

/** Who speaks, and by which key. */
export interface Speaker {
  /** Identity key. */
  readonly author: Uint8Array
  readonly device: KeyPair
}

export interface Operation {
  /** Hex. */
  readonly id: string
  readonly room: Uint8Array
  /** Identity, hex. */
  readonly author: string
  /** Signing key of the device, hex. */
  readonly device: string
  readonly deviceKey: Uint8Array
  readonly time: Millis
  /** Ids, hex. */
  readonly parents: readonly string[]
  readonly body: OperationBody
  /** Exactly as signed. */
  readonly bytes: Uint8Array
}

const version = 1
const signatureBytes = 64
const signLabel = label('kith1/op')
const idLabel = label('kith1/opid')
const noRoom = new Uint8Array(roomIdLength)

export interface OperationDraft {
  /** Undefined in `create` only. */
  readonly room: Uint8Array | undefined
  readonly time: Millis
  /** 32 bytes each. */
  readonly parents: readonly Uint8Array[]
  readonly body: OperationBody
}

export function signOperation(
  crypto: Pick<Crypto, 'sign' | 'sha256'>,
  speaker: Speaker,
  draft: OperationDraft,
): Operation {
  const parents = [...draft.parents].sort(compareBytes)
  const writer = new Writer()
    .u8(version)
    .u8(kindOf(draft.body))
    .raw(draft.room ?? noRoom)
    .raw(speaker.author)
    .raw(speaker.device.publicKey)
    .u48(draft.time)
    .u8(parents.length)
  for (const parent of parents) writer.raw(parent)
  writeBody(writer, draft.body)
  const unsigned = writer.finish()
  const bytes = concatBytes(unsigned, crypto.sign(speaker.device.secretKey, concatBytes(signLabel, unsigned)))
  const readable = decodeOperation(crypto, bytes)
  if (!readable.ok) throw new BrokenPromise('an operation nobody would read')
  return readable.value
}

/** Reads an operation without checking its signature. */
export function decodeOperation(crypto: Pick<Crypto, 'sha256'>, bytes: Uint8Array): Result<Operation, 'malformed'> {
  if (bytes.length > maxOperationBytes || bytes.length < signatureBytes) return reject('malformed')
  const reader = new Reader(bytes.subarray(0, bytes.length - signatureBytes))
  if (reader.u8() !== version) return reject('malformed')
  const kind = reader.u8()
  const room = reader.raw(roomIdLength)
  const author = reader.raw(32)
  const deviceKey = reader.raw(32)
  const time = reader.u48()
  const count = reader.u8()
  if (count > maxParents) return reject('malformed')
  const parents: string[] = []
  for (let i = 0; i < count && !reader.failed; i++) {
    const parent = formatHex(reader.raw(32))
    const last = parents.at(-1)
    if (last !== undefined && parent <= last) return reject('malformed')
    parents.push(parent)
  }
  const body = readBody(reader, kind)
  if (body === undefined || !reader.done()) return reject('malformed')
  const isCreate = body.type === 'create'
  if (isCreate !== (parents.length === 0) || isCreate !== room.every((byte) => byte === 0)) return reject('malformed')
  const id = formatHex(crypto.sha256(idLabel, bytes))
  return accept({
    id,
    room,
    author: formatHex(author),
    device: formatHex(deviceKey),
    deviceKey,
    time,
    parents,
    body,
    bytes,
  })
}

/** The check of an operation's signature as data, for hosts that verify in bulk. */
export function operationCheck({ bytes, deviceKey }: Operation): SignatureCheck {
  const end = bytes.length - signatureBytes
  const message = concatBytes(signLabel, bytes.subarray(0, end))
  return { publicKey: deviceKey, message, signature: bytes.subarray(end) }
}

export function isOperationSigned(crypto: Pick<Crypto, 'verify'>, operation: Operation): boolean {
  const { publicKey, message, signature } = operationCheck(operation)
  return crypto.verify(publicKey, message, signature)
}
