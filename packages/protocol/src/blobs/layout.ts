/**
 * How a file is cut: sealed blocks of 16 KiB, and pages of 512 leaf hashes with the path that ties each to the root.
 *
 *   block i   16,368 plaintext bytes and a tag of 16; the last one has what is left
 *   page p    leaf 32 × (512, or what is left) ‖ node 32 × the height of the tree over pages
 *
 * Everything follows from the size of the plaintext, so nobody has to say lengths.
 */

/** Ciphertext of a full block: one leaf of the tree, one frame on a link. */
export const blockBytes: number = 16 * 1024
export const tagBytes = 16
/** Plaintext of a full block. */
export const plainBytes: number = blockBytes - tagBytes
export const leavesPerPage = 512
export const hashBytes = 32

export function blocksOf(size: number): number {
  return Math.ceil(size / plainBytes)
}

export function pagesOf(size: number): number {
  return Math.ceil(blocksOf(size) / leavesPerPage)
}

/** Bytes of all blocks together. */
export function sealedBytesOf(size: number): number {
  return size + blocksOf(size) * tagBytes
}

/** Plaintext bytes of one block; 0 where there is none. */
export function plainLengthOf(size: number, index: number): number {
  return Math.max(0, Math.min(plainBytes, size - index * plainBytes))
}

export function blockLengthOf(size: number, index: number): number {
  return plainLengthOf(size, index) + tagBytes
}

export function leavesOfPage(size: number, page: number): number {
  return Math.max(0, Math.min(leavesPerPage, blocksOf(size) - page * leavesPerPage))
}

/** Nodes that tie a page to the root. */
export function pathLengthOf(size: number): number {
  return heightOf(pagesOf(size))
}

export function pageLengthOf(size: number, page: number): number {
  return (leavesOfPage(size, page) + pathLengthOf(size)) * hashBytes
}

/** Levels of a tree over so many leaves, padded to a power of two. */
export function heightOf(leaves: number): number {
  let height = 0
  while (2 ** height < leaves) height++
  return height
}
