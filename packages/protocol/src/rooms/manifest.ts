/**
 * What a message says of a file it carries: enough to fetch it from anybody, check it, open it, and show something
 * before it is here.
 *
 *   manifest   root 32 · size u48 · key 32 · type (varint length, UTF-8) · name · preview (varint length, bytes)
 *
 * The root names the sealed file (`blobs/merkle.ts`); size is that of the plaintext. Type and name are what the author
 * says; the preview is opaque here. All of it travels inside the sealed body, so a relay or a blind keeper sees nothing
 * of it.
 */
import type { Reader } from '../codec/reader.ts'
import { formatUtf8 } from '../codec/utf8.ts'
import type { Writer } from '../codec/writer.ts'

export interface Manifest {
  /** 32 bytes: names the sealed file and proves every block of it. */
  readonly root: Uint8Array
  /** Plaintext bytes, at least 1. */
  readonly size: number
  /** 32 bytes, AES-256-GCM; fresh for every file. */
  readonly key: Uint8Array
  /** Media type as its author says. */
  readonly type: string
  readonly name: string
  /** A small picture, dimensions, a waveform: opaque to the protocol. */
  readonly preview: Uint8Array
}

/** Files of one message. */
export const maxManifests = 16
export const maxFileTypeBytes = 127
export const maxFileNameBytes = 255
export const maxPreviewBytes: number = 8 * 1024
/** 16 GiB: a million blocks, whose bitmap still fits one payload. */
export const maxFileBytes: number = 16 * 1024 * 1024 * 1024
const rootBytes = 32
const keyBytes = 32

/** Whether a manifest keeps the limits that `readManifest` will hold it to. */
export function fitsManifest(manifest: Manifest): boolean {
  return (
    manifest.root.length === rootBytes &&
    manifest.key.length === keyBytes &&
    Number.isSafeInteger(manifest.size) &&
    manifest.size >= 1 &&
    manifest.size <= maxFileBytes &&
    formatUtf8(manifest.type).length <= maxFileTypeBytes &&
    formatUtf8(manifest.name).length <= maxFileNameBytes &&
    manifest.preview.length <= maxPreviewBytes
  )
}

export function writeManifest(writer: Writer, manifest: Manifest): void {
  writer.raw(manifest.root).u48(manifest.size).raw(manifest.key).text(manifest.type).text(manifest.name)
  writer.bytes(manifest.preview)
}

/** Fails the reader for a size nobody can have. */
export function readManifest(reader: Reader): Manifest {
  const root = reader.raw(rootBytes)
  const size = reader.u48()
  const key = reader.raw(keyBytes)
  const type = reader.text(maxFileTypeBytes)
  const name = reader.text(maxFileNameBytes)
  const preview = reader.bytes(maxPreviewBytes)
  if (size < 1 || size > maxFileBytes) reader.fail()
  return { root, size, key, type, name, preview }
}
