/**
 * What a member can say in an entry, once decrypted.
 *
 * Targets are entry ids (32 bytes): a reply, edit, delete or reaction names what it is about, whatever order they
 * arrive in.
 *
 *   body      form u8 = 1 · refs count u8 ≤ 8 · ref 16… · content (varint length, bytes) · zeros up to `paddedLength`
 *   ref       the 16 bytes of the sorting key of another session's newest entry its author had seen
 *   content   type u8, then
 *     0 opening    chain (varint length, bytes ≤ 1,024) · name
 *     1 text       reply u8 (0 none, 1 target 32 follows) · [target 32] · text
 *     2 edit       target 32 · text
 *     3 delete     target 32
 *     4 reaction   target 32 · on u8 · emoji
 *     5 profile    name
 *     6 files      as text, then count u8 (1…16) · manifest… (`manifest.ts`)
 *     7 pin        target 32 · on u8 (`pins.ts`)
 *    17 moved      text ≤ 512: an invite to the members room that its people go on in, empty for none · count u16 ≤ 256 ·
 *                  (first 8 bytes of a device key · box, varint length ≤ 560) … (`moved-boxes.ts`)
 *    16 proof      varint length, bytes ≤ 2,048: who stands behind the author (`identity/proof.ts`); none takes it back
 *
 * Texts are varint length and UTF-8. Types this version does not know are kept in the log and not shown.
 */
import { Reader } from '../codec/reader.ts'
import { formatBase32, formatHex, parseHex } from '../codec/text.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import { Writer } from '../codec/writer.ts'
import { paddedLength } from '../crypto/padding.ts'
import { maxProofBytes } from '../identity/proof.ts'
import { BrokenPromise, type Result, accept, reject } from '../machine.ts'
import { maxFragmentLinkLength } from '../codec/fragment-link.ts'
import { limits } from '../log/limits.ts'
import { type Manifest, fitsManifest, maxManifests, readManifest, writeManifest } from './manifest.ts'

export type Content =
  | {
      readonly type: 'text'
      /** May be empty where there are attachments. */
      readonly text: string
      readonly replyTo?: Uint8Array | undefined
      /** At most `maxManifests`. */
      readonly attachments?: readonly Manifest[] | undefined
    }
  | { readonly type: 'edit'; readonly target: Uint8Array; readonly text: string }
  | { readonly type: 'delete'; readonly target: Uint8Array }
  | { readonly type: 'reaction'; readonly target: Uint8Array; readonly emoji: string; readonly on: boolean }
  | { readonly type: 'pin'; readonly target: Uint8Array; readonly on: boolean }
  | { readonly type: 'profile'; readonly name: string }
  /** Empty: what was shown before counts no more. */
  | { readonly type: 'proof'; readonly proof: Uint8Array }
  /** Of an open room: its people go on in a members room. `invite` is for everybody, `boxes` for who comes along. */
  | { readonly type: 'moved'; readonly invite: string; readonly boxes: readonly MovedBox[] }

/** A way in for one device alone. */
export interface MovedBox {
  /** First 8 bytes of its signing key, hex. */
  readonly device: string
  readonly sealed: Uint8Array
}

/** Entry 0 of a session: whose it is, and what that person is called. */
export interface Opening {
  readonly type: 'opening'
  readonly chain: Uint8Array
  readonly name: string
}

export interface Body {
  /** Sorting keys as bytes, 16 each. */
  readonly refs: readonly Uint8Array[]
  readonly content: Content | Opening
}

export const maxTextBytes: number = 64 * 1024
export const maxNameBytes = 128
export const maxEmojiBytes = 64
export const maxOpeningChainBytes = 1024
export const refBytes = 16
/** Of one notice that a room went on. Whoever is beyond comes by an invite of their own. */
export const maxMovedBoxes = 256
export const movedPrefixBytes = 8
const maxMovedBoxBytes = 560
const bodyForm = 1
const targetBytes = 32

const tags = {
  opening: 0,
  text: 1,
  edit: 2,
  delete: 3,
  reaction: 4,
  profile: 5,
  files: 6,
  pin: 7,
  proof: 16,
  moved: 17,
} as const

/** Whether content keeps the limits that `decodeBody` will hold it to. */
export function fits(content: Content | Opening): boolean {
  switch (content.type) {
    case 'text': {
      const attachments = content.attachments ?? []
      return (
        formatUtf8(content.text).length <= maxTextBytes &&
        attachments.length <= maxManifests &&
        attachments.every(fitsManifest)
      )
    }
    case 'edit':
      return formatUtf8(content.text).length <= maxTextBytes
    case 'reaction':
      return content.emoji !== '' && formatUtf8(content.emoji).length <= maxEmojiBytes
    case 'profile':
      return formatUtf8(content.name).length <= maxNameBytes
    case 'opening':
      return formatUtf8(content.name).length <= maxNameBytes && content.chain.length <= maxOpeningChainBytes
    case 'proof':
      return content.proof.length <= maxProofBytes
    case 'moved':
      return (
        formatUtf8(content.invite).length <= maxFragmentLinkLength &&
        content.boxes.length <= maxMovedBoxes &&
        content.boxes.every(({ sealed }) => sealed.length <= maxMovedBoxBytes)
      )
    case 'delete':
    case 'pin':
      return true
  }
}

export function encodeBody(body: Body): Uint8Array {
  if (body.refs.length > limits.refs || !fits(body.content)) throw new BrokenPromise('content over its limits')
  const writer = new Writer().u8(bodyForm).u8(body.refs.length)
  for (const ref of body.refs) writer.raw(ref)
  writer.bytes(encodeContent(body.content))
  const padded = new Uint8Array(paddedLength(writer.length))
  padded.set(writer.finish())
  return padded
}

/** `unknown`: written by a newer program. */
export function decodeBody(bytes: Uint8Array): Result<Body, 'malformed' | 'unknown'> {
  return readBody(bytes, (reader) => reader.raw(refBytes))
}

/** A body as rooms look at it: its references as sorting keys. */
export interface OpenBody {
  readonly refs: readonly string[]
  readonly content: Content | Opening
}

export function openBody(bytes: Uint8Array): Result<OpenBody, 'malformed' | 'unknown'> {
  return readBody(bytes, (reader) => formatBase32(reader.raw(refBytes)))
}

function readBody<Ref>(
  bytes: Uint8Array,
  readRef: (reader: Reader) => Ref,
): Result<{ readonly refs: readonly Ref[]; readonly content: Content | Opening }, 'malformed' | 'unknown'> {
  const reader = new Reader(bytes)
  if (reader.u8() !== bodyForm) return reject('unknown')
  const refs: Ref[] = []
  const count = reader.u8()
  if (count > limits.refs || count * refBytes > reader.remaining) return reject('malformed')
  for (let i = 0; i < count; i++) refs.push(readRef(reader))
  const inner = reader.bytes(bytes.length)
  if (reader.failed) return reject('malformed')
  const content = decodeContent(new Reader(inner))
  return content.ok ? accept({ refs, content: content.value }) : content
}

function encodeContent(content: Content | Opening): Uint8Array {
  const files = content.type === 'text' ? (content.attachments ?? []) : []
  const writer = new Writer().u8(files.length > 0 ? tags.files : tags[content.type])
  switch (content.type) {
    case 'opening':
      return writer.bytes(content.chain).text(content.name).finish()
    case 'text':
      writer.u8(content.replyTo === undefined ? 0 : 1)
      if (content.replyTo !== undefined) writer.raw(content.replyTo)
      writer.text(content.text)
      if (files.length > 0) writer.u8(files.length)
      for (const file of files) writeManifest(writer, file)
      return writer.finish()
    case 'edit':
      return writer.raw(content.target).text(content.text).finish()
    case 'delete':
      return writer.raw(content.target).finish()
    case 'reaction':
      return writer
        .raw(content.target)
        .u8(content.on ? 1 : 0)
        .text(content.emoji)
        .finish()
    case 'pin':
      return writer
        .raw(content.target)
        .u8(content.on ? 1 : 0)
        .finish()
    case 'profile':
      return writer.text(content.name).finish()
    case 'proof':
      return writer.bytes(content.proof).finish()
    case 'moved':
      writer.text(content.invite).u16(content.boxes.length)
      for (const { device, sealed } of content.boxes) writer.raw(parseHex(device) as Uint8Array).bytes(sealed)
      return writer.finish()
  }
}

function decodeContent(reader: Reader): Result<Content | Opening, 'malformed' | 'unknown'> {
  const tag = reader.u8()
  const content = readContent(tag, reader)
  if (content === undefined) return reject(reader.failed ? 'malformed' : 'unknown')
  return reader.done() ? accept(content) : reject('malformed')
}

function readContent(tag: number, reader: Reader): Content | Opening | undefined {
  switch (tag) {
    case tags.opening: {
      const chain = reader.bytes(maxOpeningChainBytes)
      return { type: 'opening', chain, name: reader.text(maxNameBytes) }
    }
    case tags.text: {
      const replyTo = readFlag(reader) ? reader.raw(targetBytes) : undefined
      return { type: 'text', text: reader.text(maxTextBytes), replyTo }
    }
    case tags.files: {
      const replyTo = readFlag(reader) ? reader.raw(targetBytes) : undefined
      const said = reader.text(maxTextBytes)
      const count = reader.u8()
      if (count < 1 || count > maxManifests) reader.fail()
      const attachments: Manifest[] = []
      for (let i = 0; i < count && !reader.failed; i++) attachments.push(readManifest(reader))
      return { type: 'text', text: said, replyTo, attachments }
    }
    case tags.edit:
      return { type: 'edit', target: reader.raw(targetBytes), text: reader.text(maxTextBytes) }
    case tags.delete:
      return { type: 'delete', target: reader.raw(targetBytes) }
    case tags.reaction: {
      const target = reader.raw(targetBytes)
      const on = readFlag(reader)
      const emoji = reader.text(maxEmojiBytes)
      if (emoji === '') reader.fail()
      return { type: 'reaction', target, on, emoji }
    }
    case tags.pin:
      return { type: 'pin', target: reader.raw(targetBytes), on: readFlag(reader) }
    case tags.proof:
      return { type: 'proof', proof: reader.bytes(maxProofBytes) }
    case tags.moved:
      return { type: 'moved', invite: reader.text(maxFragmentLinkLength), boxes: readBoxes(reader) }
    case tags.profile:
      return { type: 'profile', name: reader.text(maxNameBytes) }
    default:
      return undefined
  }
}

function readBoxes(reader: Reader): readonly MovedBox[] {
  const count = reader.u16()
  if (count > maxMovedBoxes) reader.fail()
  const boxes: MovedBox[] = []
  for (let i = 0; i < count && !reader.failed; i++) {
    boxes.push({ device: formatHex(reader.raw(movedPrefixBytes)), sealed: reader.bytes(maxMovedBoxBytes) })
  }
  return boxes
}

function readFlag(reader: Reader): boolean {
  const flag = reader.u8()
  if (flag > 1) reader.fail()
  return flag === 1
}

const invisible = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

/** Most names: nothing in them has to be changed. */
const plainName = /^(?:[\w'.-]+(?: [\w'.-]+)*)?$/
const maxPlain = 64

/** A name as it is shown: no control, direction or zero-width characters, single spaces, at most 64 characters. */
export function cleanName(name: string): string {
  if (name.length <= maxPlain && plainName.test(name)) return name
  const visible = name.replace(invisible, ' ').replace(/\s+/gu, ' ').trim()
  return [...visible].slice(0, 64).join('')
}

/** The longest beginning of a name that an entry can carry. */
export function fitName(name: string): string {
  const characters = [...cleanName(name)]
  while (formatUtf8(characters.join('')).length > maxNameBytes) characters.pop()
  return characters.join('')
}
