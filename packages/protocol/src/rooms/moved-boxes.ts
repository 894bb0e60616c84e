/**
 * The way to where an open room goes on, sealed for the devices of those who are to come along.
 *
 *   box = HPKE(agree key of the device, info = "kith1/moved/box\0" ‖ room id ‖ author of the notice, invite)
 *
 * Everybody with the room's link reads the notice; only these open what is in it, so they need no PIN. The author stands in
 * `info`, so that nobody passes another's boxes on as their own.
 */
import { concatBytes, emptyBytes, label } from '../codec/bytes.ts'
import { parseHex } from '../codec/text.ts'
import { formatUtf8, parseUtf8 } from '../codec/utf8.ts'
import type { Crypto, KeyPair } from '../crypto/crypto.ts'
import { hpkeOpen, hpkeSeal } from '../crypto/hpke.ts'
import { type MovedBox, maxMovedBoxes, movedPrefixBytes } from './content.ts'

/** A device as its chain has shown it. */
export interface KnownDevice {
  /** Signing key, hex. */
  readonly device: string
  readonly agree: Uint8Array
}

interface Notice {
  /** Hex. */
  readonly room: string
  readonly author: string
}

export function sealMoved(
  crypto: Crypto,
  notice: Notice,
  devices: readonly KnownDevice[],
  invite: string,
): readonly MovedBox[] {
  const info = infoOf(notice)
  const plaintext = formatUtf8(invite)
  return devices.slice(0, maxMovedBoxes).flatMap(({ device, agree }): MovedBox[] => {
    const sealed = hpkeSeal(crypto, { recipient: agree, info, aad: emptyBytes, plaintext })
    // An agree key that is none: whoever shows it gets nothing.
    return sealed === undefined ? [] : [{ device: device.slice(0, movedPrefixBytes * 2), sealed }]
  })
}

/** Undefined when none of the boxes is for this device (signing key, hex), or it does not open. */
export function openMoved(
  crypto: Crypto,
  notice: Notice,
  device: string,
  agree: readonly KeyPair[],
  boxes: readonly MovedBox[],
): string | undefined {
  const info = infoOf(notice)
  for (const { device: prefix, sealed } of boxes) {
    if (!device.startsWith(prefix)) continue
    for (const keyPair of agree) {
      const plaintext = hpkeOpen(crypto, { keyPair, info, aad: emptyBytes, sealed })
      const invite = plaintext && parseUtf8(plaintext)
      if (invite !== undefined) return invite
    }
  }
  return undefined
}

function infoOf({ room, author }: Notice): Uint8Array {
  return concatBytes(label('kith1/moved/box'), parseHex(room) ?? emptyBytes, parseHex(author) ?? emptyBytes)
}
